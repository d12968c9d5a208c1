/** The ledger of calls, hour by hour, as days of 24 hours. */

export interface LedgerHour {
  hour: string;
  notified: number;
  listed?: number | null;
  fetched: number;
  missing: number;
  pass?: string | null;
}

/** COMPLETE: listed, and all there. MISSING: listed calls are not there yet. UNLISTED: no listing covered the hour. YOUNG: too young to be listed. */
export type HourState = "COMPLETE" | "MISSING" | "UNLISTED" | "YOUNG";

const YOUNG_HOURS = 3;

/** Hours younger than three hours are no gap yet, as `Freshness.gaps` says. */
export function stateOf(hour: LedgerHour, now: Date): HourState {
  if (hour.missing > 0) return "MISSING";
  if (hour.pass) return "COMPLETE";
  return now.getTime() - Date.parse(hour.hour) < YOUNG_HOURS * 3_600_000 ? "YOUNG" : "UNLISTED";
}

export interface LedgerDay {
  /** The civil day, UTC, as the ledger counts. */
  day: string;
  hours: { hour: LedgerHour; state: HourState }[];
  notified: number;
  listed: number | null;
  fetched: number;
  missing: number;
  unlisted: number;
}

/** The newest day first. `listed` is null where no hour of the day was listed: not zero. */
export function days(ledger: readonly LedgerHour[], now: Date): LedgerDay[] {
  const found = new Map<string, LedgerDay>();
  for (const hour of ledger) {
    const day = new Date(hour.hour).toISOString().slice(0, 10);
    const line = found.get(day) ?? { day, hours: [], notified: 0, listed: null, fetched: 0, missing: 0, unlisted: 0 };
    const state = stateOf(hour, now);
    line.hours.push({ hour, state });
    line.notified += hour.notified;
    line.fetched += hour.fetched;
    line.missing += hour.missing;
    if (hour.listed !== null && hour.listed !== undefined) line.listed = (line.listed ?? 0) + hour.listed;
    if (state === "UNLISTED") line.unlisted += 1;
    found.set(day, line);
  }
  return [...found.values()].sort((one, other) => other.day.localeCompare(one.day));
}
