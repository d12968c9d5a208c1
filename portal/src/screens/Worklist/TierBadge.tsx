import { Badge, makeStyles } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { Tier } from "@/gql/graphql";

const COLOURS = {
  GUARANTEED: "danger",
  LIKELY: "warning",
  REVIEW: "informative",
  UNVERIFIABLE: "subtle",
} as const;

const useStyles = makeStyles({ badge: { whiteSpace: "nowrap" } });

/** How far a saving can be counted on. The word says it, the colour only helps. */
export function TierBadge({ tier }: { readonly tier: Tier }): ReactElement {
  const { t } = useWords("Worklist");
  const styles = useStyles();
  return (
    <Badge className={styles.badge} appearance="tint" color={COLOURS[tier]}>
      {t(`tiers.${tier}`)}
    </Badge>
  );
}
