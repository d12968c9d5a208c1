import { Checkbox, Field, Input, makeStyles, Select, Text, Textarea, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { SettingsRulesQuery } from "@/gql/graphql";
import { OwnIdleDays } from "./OwnIdleDays";
import type { RulesDraft, RulesFaults } from "./rulesForm";

const POOLS = ["CENTRAL", "PRO_RATA", "OWNER"] as const;

const useStyles = makeStyles({
  form: {
    display: "grid",
    alignItems: "start",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    "@media (max-width: 599px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  whole: { gridColumn: "1 / -1" },
  control: { minWidth: 0, width: "100%" },
  title: { margin: 0, gridColumn: "1 / -1" },
});

/** The fields of the rules, sorted by what they are about. */
export function RulesFields(props: {
  readonly draft: RulesDraft;
  readonly faults: RulesFaults;
  readonly skus: NonNullable<SettingsRulesQuery["tenant"]>["at"]["skus"];
  readonly onEdit: (part: Partial<RulesDraft>) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const { draft, faults, onEdit } = props;
  const said = (name: keyof RulesDraft): string | undefined => {
    const fault = faults[name];
    return fault === undefined ? undefined : t(fault);
  };
  const text = (
    name:
      "idleDays" | "graceDays" | "disabledDays" | "bufferMin" | "bufferPercent" | "currency" | "timeZone" | "poolOwner",
    rule: string = name,
  ): ReactElement => (
    <Field label={t(`rules.${rule}`)} hint={t(`rules.${rule}Hint`)} validationMessage={said(name)}>
      <Input
        className={styles.control}
        inputMode={["currency", "timeZone", "poolOwner"].includes(name) ? undefined : "decimal"}
        value={draft[name]}
        onChange={(_, { value }) => onEdit({ [name]: name === "currency" ? value.toUpperCase() : value })}
      />
    </Field>
  );
  const lines = (name: "neededPlans" | "unneededPlans"): ReactElement => (
    <Field
      className={styles.whole}
      label={t(`rules.${name}`)}
      hint={t(`rules.${name}Hint`)}
      validationMessage={said(name)}
    >
      <Textarea value={draft[name]} resize="vertical" onChange={(_, { value }) => onEdit({ [name]: value })} />
    </Field>
  );
  const box = (name: "graceBilled" | "connectionFeeInside"): ReactElement => (
    <Checkbox
      className={styles.whole}
      label={t(`rules.${name}`)}
      checked={draft[name]}
      onChange={(_, { checked }) => onEdit({ [name]: checked === true })}
    />
  );
  const title = (name: string): ReactElement => (
    <Text as="h3" weight="semibold" className={styles.title}>
      {t(`rules.${name}`)}
    </Text>
  );
  return (
    <div className={styles.form}>
      {title("judging")}
      {text("idleDays")}
      {text("graceDays")}
      {text("disabledDays")}
      <div className={styles.whole}>
        <OwnIdleDays
          items={draft.skuIdleDays}
          skus={props.skus}
          fault={said("skuIdleDays")}
          onChange={(skuIdleDays) => onEdit({ skuIdleDays })}
        />
      </div>
      {title("money")}
      {text("bufferMin")}
      {text("bufferPercent", "bufferShare")}
      {text("currency")}
      <Field label={t("rules.pool")}>
        <Select
          value={draft.pool}
          onChange={(_, { value }) => onEdit({ pool: POOLS.find((each) => each === value) ?? "CENTRAL" })}
        >
          {POOLS.map((each) => (
            <option key={each} value={each}>
              {t(`pool.${each}`)}
            </option>
          ))}
        </Select>
      </Field>
      {draft.pool === "OWNER" && text("poolOwner")}
      {box("graceBilled")}
      {box("connectionFeeInside")}
      {title("plans")}
      {lines("neededPlans")}
      {lines("unneededPlans")}
      {title("calendar")}
      {text("timeZone")}
    </div>
  );
}
