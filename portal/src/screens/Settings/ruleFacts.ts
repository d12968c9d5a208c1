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
