import type { Client } from "urql";
import {
  OverviewFiguresDocument,
  OverviewSavingsDocument,
  OverviewTrendDocument,
  ShellDocument,
  ShownTenantDocument,
} from "@/gql/graphql";
import { questionsOf } from "@/screens/Overview/questions";
import { placeOf } from "./place";

/**
 * Ask what the page at an address will ask first, while nothing can be drawn yet: the page finds the answers, or joins
 * in waiting for them. Of the screens it knows the overview alone, and that only as of now.
 */
export async function askAhead(client: Client, pathname: string, search: string): Promise<void> {
  void client.query(ShellDocument, {}).toPromise();
  const { tenant, screen } = placeOf(pathname);
  if (tenant === null) return;
  const { data } = await client.query(ShownTenantDocument, { tenant }).toPromise();
  const today = data?.tenant?.at.asOf;
  if (today === undefined || screen !== "overview" || search !== "") return;
  const { figures, savings, trend } = questionsOf(tenant, { asOf: null, knownAt: null }, today);
  void client.query(OverviewFiguresDocument, figures).toPromise();
  void client.query(OverviewSavingsDocument, savings).toPromise();
  void client.query(OverviewTrendDocument, trend).toPromise();
}
