import { useCallback } from "react";
import { useTranslation } from "react-i18next";

const SHORT = 8;

/** How a licence comes to its holder, in words: directly, or by a group, whose id is cut to eight characters. */
export function usePath(): (group: string | null) => string {
  const { t } = useTranslation("History");
  return useCallback(
    (group) => (group === null ? t("direct") : t("byGroup", { group: `${group.slice(0, SHORT)}…` })),
    [t],
  );
}
