import { daysBetween, plusDays, type Day } from "./days";

/** Whether anything changed on the civil days [since, until). */
export type Changed = (since: Day, until: Day) => Promise<boolean>;

/**
 * The nearest day before or after `day` on which something changed; null: none up to `limit`, which is included.
 * Looks at spans twice as long each time, then halves the one that has a change: few questions for a long history.
 */
export async function nearestChange(day: Day, direction: -1 | 1, limit: Day, changed: Changed): Promise<Day | null> {
  const reach = daysBetween(day, limit) * direction;
  for (let from = 1, length = 1; from <= reach; from += length, length *= 2) {
    const to = Math.min(from + length - 1, reach);
    if (await look(day, direction, from, to, changed)) return narrow(day, direction, from, to, changed);
  }
  return null;
}

async function narrow(day: Day, direction: -1 | 1, from: number, to: number, changed: Changed): Promise<Day> {
  if (from === to) return plusDays(day, from * direction);
  const middle = Math.floor((from + to) / 2);
  return (await look(day, direction, from, middle, changed))
    ? narrow(day, direction, from, middle, changed)
    : narrow(day, direction, middle + 1, to, changed);
}

/** Asks about the days `from` to `to` days away, both included. */
function look(day: Day, direction: -1 | 1, from: number, to: number, changed: Changed): Promise<boolean> {
  const one = plusDays(day, from * direction);
  const other = plusDays(day, to * direction);
  return direction === 1 ? changed(one, plusDays(other, 1)) : changed(other, plusDays(one, 1));
}
