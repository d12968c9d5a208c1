import { plusDays, type Day } from "@/time/days";

/** How many days the figures of calls can be of. */
export const SPANS = ["7", "28", "90"] as const;
export type SpanDays = (typeof SPANS)[number];

/** The civil days [since, until) up to and with `day`. */
export interface CallSpan {
  readonly since: Day;
  readonly until: Day;
}

export function spanOf(day: Day, days: string): CallSpan {
  const count = SPANS.includes(days as SpanDays) ? Number(days) : 28;
  const until = plusDays(day, 1);
  return { since: plusDays(until, -count), until };
}
