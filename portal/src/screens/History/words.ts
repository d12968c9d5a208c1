import { useCallback } from "react";
import { useWords } from "@/i18n/words";

const SHORT = 8;

/** How a licence comes to its holder, in words: directly, or by a group, whose id is cut to eight characters. */
export function usePath(): (group: string | null) => string {
  const { t } = useWords("History");
  return useCallback(
    (group) => (group === null ? t("direct") : t("byGroup", { group: `${group.slice(0, SHORT)}…` })),
    [t],
  );
}
