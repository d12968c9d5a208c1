import type { CostsMonthQuery } from "@/gql/graphql";
import type { Sum } from "@/parts/Money";

/** What a month's seats cost. */
export type Report = NonNullable<NonNullable<CostsMonthQuery["tenant"]>["at"]["costs"]>;

/** A cost, exact, in each currency and, where rates are known, as one sum. Null: unknown. */
export type Cost = Sum | null;

/** A line of the report: a group, several small groups together, or one of the three that belong to no group. */
export interface Line {
  kind: "group" | "small" | "central" | "unallocated" | "variance";
  /** What the API filters by; null: nothing. */
  key: string | null;
  label: string;
  smallGroups: number;
  seatDays: number;
  unpricedSeatDays: number;
  cost: Cost;
}

/** All lines that add up to the total: groups by cost, the greatest first, small ones after them; then the others. */
export function linesOf(report: Report): Line[] {
  const groups = report.groups.map((each): Line => ({
    ...each,
    key: each.key ?? null,
    cost: each.cost ?? null,
    kind: each.smallGroups > 0 ? "small" : "group",
  }));
  const apart = (["central", "unallocated", "variance"] as const).map((kind): Line => ({
    ...report[kind],
    cost: report[kind].cost ?? null,
    kind,
    key: null,
    smallGroups: 0,
  }));
  return [
    ...groups.filter((each) => each.kind === "group").sort(byCost),
    ...groups.filter((each) => each.kind === "small"),
    ...apart.filter((each) => each.seatDays !== 0 || isMoney(each.cost)),
  ];
}

/** A sum as one number for a chart: null where it is unknown or of several currencies without a rate. */
export function drawn(cost: Cost | undefined): number | null {
  if (!cost) return null;
  if (cost.total) return Number(cost.total.amount);
  return cost.byCurrency.length === 1 ? Number(cost.byCurrency[0]?.amount) : null;
}

/** The part of a sum in one currency as a number for a chart: null where nothing of it is known. */
export function drawnBy(cost: Cost | undefined, currency: string): number | null {
  if (!cost) return null;
  const found = cost.byCurrency.find((each) => each.currency === currency);
  return found === undefined ? 0 : Number(found.amount);
}

/** A line's part (0 to 1) of the total; null: one of them is unknown, or there is nothing to share. */
export function shareOf(cost: Cost | undefined, total: Cost | undefined): number | null {
  const part = drawn(cost);
  const whole = drawn(total);
  return part === null || whole === null || whole === 0 ? null : part / whole;
}

/** What of a month's cost served somebody: the total less the waste; null: one is unknown. */
export function served(total: Cost | undefined, wasted: Cost | undefined): number | null {
  const all = drawn(total);
  const lost = drawn(wasted);
  return all === null || lost === null ? null : Math.max(0, Math.round((all - lost) * 100) / 100);
}

function isMoney(cost: Cost | undefined): boolean {
  return cost?.byCurrency.some((each) => Number(each.amount) !== 0) ?? false;
}

function byCost(one: Line, other: Line): number {
  const a = drawn(one.cost);
  const b = drawn(other.cost);
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return b - a || one.label.localeCompare(other.label);
}
