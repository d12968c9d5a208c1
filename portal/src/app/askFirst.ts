import { askAheadOf, fetchAhead } from "@/api/ahead";
import { OverviewFiguresHash, OverviewSavingsHash, ShellHash, ShownTenantHash } from "@/gql/hashes";
import { questionsOf } from "@/screens/Overview/questions";
import { localText } from "@/time/local";
import { placeOf } from "./place";

/**
 * Ask what the page at an address is sure to ask, before its code is there. Of the overview it asks what does not go by
 * the day, and for the month it is here; where the customer's month is another one, that is asked again.
 */
export function askFirst(pathname: string, search: string): void {
  const { tenant, screen } = placeOf(pathname);
  fetchAhead("/auth/session");
  if (tenant === null) return; // whoever is signed off is not refused more than once
  askAheadOf(ShellHash, {});
  askAheadOf(ShownTenantHash, { tenant });
  if (screen !== "overview" || search !== "") return;
  const { figures, savings } = questionsOf(tenant, { asOf: null, knownAt: null }, today());
  askAheadOf(OverviewFiguresHash, figures);
  askAheadOf(OverviewSavingsHash, savings);
}

/** The browser's day. Not by `Intl`, whose first use takes as long as all the rest of this script. */
function today(): string {
  return localText(new Date()).slice(0, 10);
}
