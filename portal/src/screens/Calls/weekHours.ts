/** Calls by weekday and hour of the customer's own clock. */

/** An hour of the ledger of calls; `hour` is its beginning, UTC. */
export interface LedgerHour {
  hour: string;
  fetched: number;
  missing: number;
  listed?: number | null;
}

/** One square: all hours of the span that fell on this weekday at this hour. */
export interface Square {
  /** 0 is Monday, 6 Sunday. */
  weekday: number;
  /** 0 to 23, on the customer's clock. */
  hour: number;
  calls: number;
  /** Hours of the ledger that fell here; 0: the span has none, which is not the same as no calls. */
  hours: number;
  /** Hours that may lack calls: no listing covered them, or listed calls are not there yet. */
  doubtful: number;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/**
 * 168 squares, Monday 0 o'clock first. An hour belongs to the local hour of its beginning; where summer time begins a
 * square has an hour less, where it ends one more, and in zones off by half an hour calls count where their UTC hour began.
 */
export function weekHours(ledger: readonly LedgerHour[], timeZone: string): Square[] {
  const squares: Square[] = [];
  for (let weekday = 0; weekday < 7; weekday += 1) {
    for (let hour = 0; hour < 24; hour += 1) squares.push({ weekday, hour, calls: 0, hours: 0, doubtful: 0 });
  }
  const local = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", hour: "2-digit", hourCycle: "h23" });
  for (const each of ledger) {
    const parts = Object.fromEntries(local.formatToParts(new Date(each.hour)).map(({ type, value }) => [type, value]));
    const square = squares[WEEKDAYS.indexOf(parts["weekday"] ?? "") * 24 + Number(parts["hour"])];
    if (square === undefined) throw new Error(`no hour of the week: ${each.hour}`);
    square.calls += each.fetched;
    square.hours += 1;
    if (each.missing > 0 || each.listed === null || each.listed === undefined) square.doubtful += 1;
  }
  return squares;
}

/** A span of at most 31 days each, the most the ledger answers at once; the oldest first. */
export function windows(since: Date, until: Date): { since: string; until: string }[] {
  const most = 31 * 24 * 3_600_000;
  const found: { since: string; until: string }[] = [];
  for (let begin = since.getTime(); begin < until.getTime(); begin += most) {
    const end = Math.min(begin + most, until.getTime());
    found.push({ since: new Date(begin).toISOString(), until: new Date(end).toISOString() });
  }
  return found;
}
