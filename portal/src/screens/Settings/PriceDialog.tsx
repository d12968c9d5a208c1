import { Checkbox, Field, Input, makeStyles, Select, Text, tokens } from "@fluentui/react-components";
import { useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant } from "@/app/tenant";
import { SettingsSetPriceDocument, type SettingsPricesQuery } from "@/gql/graphql";
import { ConfirmDialog } from "@/parts/ConfirmDialog";
import { useMoment } from "@/time/useMoment";
import { faultsOf, inputOf, type PriceDraft } from "./priceForm";
import { Refused } from "./Refused";
import { useSetting } from "./useSetting";

const PERS = ["MONTH", "YEAR"] as const;
const TERMS = ["MONTHLY", "YEARLY", "THREE_YEARS"] as const;
const SOURCES = ["CONTRACT", "RESELLER", "LIST"] as const;

const useStyles = makeStyles({
  form: {
    display: "grid",
    alignItems: "start",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    marginTop: tokens.spacingVerticalM,
    "@media (max-width: 599px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  whole: { gridColumn: "1 / -1" },
  control: { minWidth: 0, width: "100%" },
});

/** State what a seat of a product costs. `sku`: the product chosen at first, "" for none. */
export function PriceDialog(props: {
  readonly skus: NonNullable<SettingsPricesQuery["tenant"]>["at"]["skus"];
  readonly sku: string;
  readonly onSet: (facts: number) => void;
  readonly onClose: () => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const tenant = useTenant();
  const { today } = useMoment();
  const [tried, setTried] = useState(false);
  const [draft, setDraft] = useState<PriceDraft>({
    sku: props.sku,
    amount: "",
    currency: tenant.currency,
    per: "MONTH",
    term: "YEARLY",
    source: "CONTRACT",
    from: today,
    until: "",
    lot: "",
    quantity: "",
    floor: "",
    tax: false,
  });
  const change = useSetting(SettingsSetPriceDocument, (data) => data.setPrice);
  const faults = tried ? faultsOf(draft) : {};
  const edit = (part: Partial<PriceDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const submit = async (): Promise<void> => {
    setTried(true);
    if (Object.keys(faultsOf(draft)).length > 0) return;
    const changed = await change.set({ tenant: tenant.id, price: inputOf(draft) });
    if (changed !== null) props.onSet(changed.facts);
  };

  const text = (
    name: "amount" | "currency" | "from" | "until" | "lot" | "quantity" | "floor",
    type: "text" | "date" = "text",
  ): ReactElement => {
    const fault = faults[name];
    return (
      <Field
        label={t(`form.${name}`)}
        required={["amount", "currency", "from"].includes(name)}
        validationMessage={fault === undefined ? undefined : t(fault)}
      >
        <Input
          className={styles.control}
          type={type}
          value={draft[name]}
          placeholder={name === "amount" ? "36.00" : undefined}
          inputMode={name === "amount" ? "decimal" : ["quantity", "floor"].includes(name) ? "numeric" : undefined}
          onChange={(_, { value }) => edit({ [name]: name === "currency" ? value.toUpperCase() : value.trim() })}
        />
      </Field>
    );
  };
  const choice = <Value extends string>(
    name: "per" | "term" | "source",
    values: readonly Value[],
    given: (value: Value) => Partial<PriceDraft>,
  ): ReactElement => (
    <Field label={t(`form.${name}`)}>
      <Select
        value={draft[name]}
        onChange={(_, { value }) => {
          const found = values.find((each) => each === value);
          if (found !== undefined) edit(given(found));
        }}
      >
        {values.map((each) => (
          <option key={each} value={each}>
            {t(`${name}.${each}`)}
          </option>
        ))}
      </Select>
    </Field>
  );

  return (
    <ConfirmDialog
      open
      title={t("form.title")}
      confirm={t("form.save")}
      running={change.setting}
      onConfirm={() => void submit()}
      onClose={props.onClose}
    >
      <Text size={200}>{t("form.what")}</Text>
      <div className={styles.form}>
        <Field
          className={styles.whole}
          label={t("prices.product")}
          required
          validationMessage={faults.sku === undefined ? undefined : t(faults.sku)}
        >
          <Select value={draft.sku} onChange={(_, { value }) => edit({ sku: value })}>
            <option value="">{t("rules.chooseSku")}</option>
            {props.skus.map(({ skuId, name }) => (
              <option key={skuId} value={skuId}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        {text("amount")}
        {text("currency")}
        {choice("per", PERS, (per) => ({ per }))}
        {choice("term", TERMS, (term) => ({ term }))}
        {choice("source", SOURCES, (source) => ({ source }))}
        {text("lot")}
        {text("from", "date")}
        {text("until", "date")}
        {text("quantity")}
        {text("floor")}
        <Checkbox
          className={styles.whole}
          label={t("form.tax")}
          checked={draft.tax}
          onChange={(_, { checked }) => edit({ tax: checked === true })}
        />
      </div>
      <Refused trouble={change.trouble} />
    </ConfirmDialog>
  );
}
