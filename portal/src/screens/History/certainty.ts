/** How sure the time of a change is. */
export type Certainty = "EXACT" | "WITHIN_DAY" | "AT_READ";

/**
 * A removal is known from the daily read that no longer showed the licence, up to 24 hours later. An assignment's time is
 * Microsoft's own, unless it equals the moment it was learned: then Microsoft told none and the read stands for it.
 */
export function certaintyOf(change: {
  readonly change: "ASSIGNED" | "CHANGED" | "REMOVED" | "FAILED";
  readonly happenedAt: string;
  readonly recordedAt: string;
}): Certainty {
  if (change.change === "REMOVED") return "WITHIN_DAY";
  return Date.parse(change.happenedAt) === Date.parse(change.recordedAt) ? "AT_READ" : "EXACT";
}

/** Seconds from when it happened to when it was learned; never negative. */
export function lagOf(change: { readonly happenedAt: string; readonly recordedAt: string }): number {
  return Math.max(0, (Date.parse(change.recordedAt) - Date.parse(change.happenedAt)) / 1000);
}
