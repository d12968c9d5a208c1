/** Calls by weekday and hour of the customer's own clock. */

export const HOURS = 24;

/** What the API tells of one hour of the week; its key is weekday (1 is Monday) and hour, "1 09". */
export interface HourUsage {
  readonly key?: string | null;
  readonly calls: number;
}

/** Calls of each hour of the week, Monday 0 o'clock first. An hour the API does not tell of had no call. */
export function weekHours(usage: readonly HourUsage[]): number[][] {
  const known = new Map(usage.map(({ key, calls }) => [key, calls]));
  return Array.from({ length: 7 }, (_, day) =>
    Array.from({ length: HOURS }, (__, hour) => known.get(`${day + 1} ${String(hour).padStart(2, "0")}`) ?? 0),
  );
}
