import { plusDays, type Day } from "@/time/days";

/** What the API tells of one day; days without a call are left out of its answer. */
export interface DayUsage {
  readonly key?: string | null;
  readonly calls: number;
  readonly failedCalls: number;
  readonly participantSeconds: number;
  readonly users: number;
}

export interface FilledDay extends Omit<DayUsage, "key"> {
  readonly day: Day;
}

/** Every civil day of [since, until): one without a call had none. What may be lacking, the gaps of the answer tell. */
export function everyDay(usage: readonly DayUsage[], since: Day, until: Day): FilledDay[] {
  const known = new Map(usage.map((each) => [each.key, each]));
  const days: FilledDay[] = [];
  for (let day = since; day < until; day = plusDays(day, 1)) {
    const { calls = 0, failedCalls = 0, participantSeconds = 0, users = 0 } = known.get(day) ?? {};
    days.push({ day, calls, failedCalls, participantSeconds, users });
  }
  return days;
}
