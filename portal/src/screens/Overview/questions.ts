import type {
  OverviewFiguresQueryVariables,
  OverviewSavingsQueryVariables,
  OverviewTrendQueryVariables,
} from "@/gql/graphql";
import { monthOf, plusDays, type Day } from "@/time/days";

const WEEKS = 26;

/** What the overview asks of a customer at a moment. `day`: the moment's. */
export function questionsOf(
  tenant: string,
  moment: { readonly asOf: Day | null; readonly knownAt: string | null },
  day: Day,
): {
  readonly figures: OverviewFiguresQueryVariables;
  readonly savings: OverviewSavingsQueryVariables;
  readonly trend: OverviewTrendQueryVariables;
} {
  const to = plusDays(day, 1);
  return {
    figures: { tenant, ...moment, month: monthOf(day) },
    savings: { tenant, ...moment },
    trend: { tenant, ...moment, from: plusDays(to, -7 * WEEKS), to },
  };
}
