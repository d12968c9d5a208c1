import { Badge, makeStyles, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";
import { badgesOf, type Product } from "./products";

const useStyles = makeStyles({
  list: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS },
  badge: { height: "auto", minHeight: "20px", whiteSpace: "normal" },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** What is wrong with a product as a whole, the gravest first. */
export function ProductBadges({ product }: { readonly product: Product }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Skus");
  const formats = useFormats();
  const badges = badgesOf(product, { day: (on) => formats.day(on), money: (of) => formats.money(of) });
  if (badges.length === 0) return <span className={styles.quiet}>{t("list.none")}</span>;
  return (
    <div className={styles.list}>
      {badges.map(({ key, values, grave }) => (
        <Badge key={key} className={styles.badge} appearance="tint" color={grave ? "danger" : "warning"}>
          {t(key, values)}
          {typeof values["saving"] === "string" &&
            values["saving"] !== "" &&
            ` · ${t("finding.saves", { amount: values["saving"] })}`}
        </Badge>
      ))}
    </div>
  );
}
