import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";
import type { Rules } from "./ruleFacts";

/** The names of the rules. */
export type RuleName = Exclude<keyof Rules, "__typename">;

/** Rules in the order they are told, by what they are about. */
export const RULE_GROUPS: readonly { readonly title: string; readonly names: readonly RuleName[] }[] = [
  { title: "judging", names: ["idleDays", "skuIdleDays", "graceDays", "disabledDays"] },
  {
    title: "money",
    names: ["currency", "bufferMin", "bufferShare", "graceBilled", "pool", "poolOwner", "connectionFeeInside"],
  },
  { title: "plans", names: ["neededPlans", "unneededPlans"] },
  { title: "calendar", names: ["timeZone"] },
];

/** The value of a rule in words. `skus`: names of products by skuId. */
export function useRuleWords(skus: ReadonlyMap<string, string>): (rules: Rules, name: RuleName) => string {
  const { t } = useWords("Settings");
  const formats = useFormats();
  return (rules, name) => {
    switch (name) {
      case "idleDays":
      case "graceDays":
      case "disabledDays":
        return t("rules.days", { count: rules[name] });
      case "bufferMin":
        return t("rules.units", { count: rules.bufferMin });
      case "bufferShare":
        return formats.percent(Number(rules.bufferShare), 2);
      case "graceBilled":
      case "connectionFeeInside":
        return t(rules[name] ? "rules.yes" : "rules.no");
      case "pool":
        return t(`pool.${rules.pool}`);
      case "poolOwner":
        return rules.poolOwner ?? t("rules.nobody");
      case "skuIdleDays":
        return rules.skuIdleDays.length === 0
          ? t("rules.none")
          : formats.list(
              rules.skuIdleDays.map(
                (each) => `${skus.get(each.skuId) ?? each.skuId}: ${t("rules.days", { count: each.days })}`,
              ),
            );
      case "neededPlans":
      case "unneededPlans":
        return rules[name].length === 0 ? t("rules.none") : rules[name].join(", ");
      case "currency":
      case "timeZone":
        return rules[name];
    }
  };
}
