import { Button, Field, Input, makeStyles, Select, tokens } from "@fluentui/react-components";
import { Add20Regular } from "@fluentui/react-icons/svg/add";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { SettingsRulesQuery } from "@/gql/graphql";
import type { RulesDraft } from "./rulesForm";

type Items = RulesDraft["skuIdleDays"];

const useStyles = makeStyles({
  list: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS },
  row: { display: "flex", gap: tokens.spacingHorizontalS },
  product: { flexGrow: 1, minWidth: 0 },
  days: { width: "84px", minWidth: 0 },
  add: { alignSelf: "flex-start" },
});

/** Products with a number of idle days of their own. */
export function OwnIdleDays(props: {
  readonly items: Items;
  readonly skus: NonNullable<SettingsRulesQuery["tenant"]>["at"]["skus"];
  readonly fault: string | undefined;
  readonly onChange: (items: Items) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const { items, skus, onChange } = props;
  const edit = (at: number, part: Partial<Items[number]>): void =>
    onChange(items.map((item, index) => (index === at ? { ...item, ...part } : item)));
  const name = (skuId: string): string => skus.find((each) => each.skuId === skuId)?.name ?? t("rules.chooseSku");
  return (
    <Field label={t("rules.skuIdleDays")} hint={t("rules.skuIdleDaysHint")} validationMessage={props.fault}>
      <div className={styles.list} role="group" aria-label={t("rules.skuIdleDays")}>
        {items.map((item, at) => (
          <div key={at} className={styles.row}>
            <Select
              className={styles.product}
              aria-label={t("rules.chooseSku")}
              value={item.skuId}
              onChange={(_, { value }) => edit(at, { skuId: value })}
            >
              <option value="">{t("rules.chooseSku")}</option>
              {skus.map((each) => (
                <option key={each.skuId} value={each.skuId}>
                  {each.name}
                </option>
              ))}
            </Select>
            <Input
              className={styles.days}
              aria-label={t("rules.skuDays", { product: name(item.skuId) })}
              inputMode="numeric"
              value={item.days}
              onChange={(_, { value }) => edit(at, { days: value.trim() })}
            />
            <Button
              appearance="subtle"
              icon={<Dismiss20Regular />}
              aria-label={t("rules.removeSku", { product: name(item.skuId) })}
              onClick={() => onChange(items.filter((_, index) => index !== at))}
            />
          </div>
        ))}
        <Button
          className={styles.add}
          size="small"
          icon={<Add20Regular />}
          onClick={() => onChange([...items, { skuId: "", days: "" }])}
        >
          {t("rules.addSku")}
        </Button>
      </div>
    </Field>
  );
}
