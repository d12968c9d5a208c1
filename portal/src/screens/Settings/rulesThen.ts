import type { SettingsRulesQuery } from "../../gql/graphql";

/** The customer's own rules, by the names of the API's `Policy`. */
export type Rules = NonNullable<SettingsRulesQuery["tenant"]>["policy"];

/** A fact PolicyChanged of the log: the rules whole, as stored. */
export interface RulesFact {
  position: string;
  happenedAt: string;
  recordedAt: string;
  state: unknown;
}

/** A moment as the time machine names it. `knownAt` an instant, `asOf` a civil day of the customer. */
export interface AtMoment {
  asOf: string;
  knownAt: string;
}

/**
 * Where the rules of a moment come from. `from` fact: the log says them. `from` now: no fact is newer than the moment,
 * so today's rules were its rules. `from` unknown: the first change came after the moment, and what held before is not
 * told.
 */
export type RulesThen = { from: "fact"; fact: RulesFact; rules: Rules } | { from: "now" } | { from: "unknown" };

/** The rules in force at the end of a civil day, by what was known at an instant. */
export function rulesThen(facts: readonly RulesFact[], at: AtMoment, timeZone: string): RulesThen {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const holds = (fact: RulesFact) =>
    day.format(new Date(fact.happenedAt)) <= at.asOf && new Date(fact.recordedAt) <= new Date(at.knownAt);
  if (facts.every(holds)) return { from: "now" };
  const newest = facts
    .filter(holds)
    .reduce<RulesFact | null>((last, fact) => (isLater(fact, last) ? fact : last), null);
  return newest === null ? { from: "unknown" } : { from: "fact", fact: newest, rules: rulesOf(newest.state) };
}

/** Which rules differ, by name. */
export function differing(before: Rules, after: Rules): (keyof Rules)[] {
  const names = Object.keys(after) as (keyof Rules)[];
  return names.filter((name) => name !== "__typename" && JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** A stored fact's state by the API's names: idle_days becomes idleDays, a product's sku its skuId. */
export function rulesOf(state: unknown): Rules {
  const stored = state as Record<string, unknown>;
  const named = Object.fromEntries(
    Object.entries(stored).map(([key, value]) => [
      key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
  const days = (stored["sku_idle_days"] ?? []) as { sku: string; days: number }[];
  delete named.happenedAt;
  return { ...named, skuIdleDays: days.map((each) => ({ skuId: each.sku, days: each.days })) } as Rules;
}

function isLater(fact: RulesFact, last: RulesFact | null): boolean {
  return last === null || BigInt(fact.position) > BigInt(last.position);
}
