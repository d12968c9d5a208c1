import { Button, Field, Input, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState, type FormEvent, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant } from "@/app/tenant";
import type { InvoiceInput } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Section } from "@/parts/Section";
import type { Month } from "./months";

const AMOUNT = /^\d{1,12}(\.\d{1,10})?$/;
const CURRENCY = /^[A-Z]{3}$/;

const useStyles = makeStyles({
  form: { display: "flex", flexWrap: "wrap", alignItems: "flex-start", gap: tokens.spacingHorizontalM },
  currency: { width: "90px" },
  buttons: { display: "flex", gap: tokens.spacingHorizontalS, marginTop: "26px" },
});

/** Compare a month with what was billed for it. Nothing is stored: the API only reckons the variance. */
export function Invoice(props: {
  readonly month: Month;
  readonly applied: InvoiceInput | null;
  readonly onApply: (invoice: InvoiceInput | null) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Costs");
  const formats = useFormats();
  const tenant = useTenant();
  const [amount, setAmount] = useState("");
  const [currency, setCurrency] = useState(tenant.currency);
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (AMOUNT.test(amount) && CURRENCY.test(currency)) props.onApply({ amount, currency });
  };
  return (
    <Section title={t("invoice.title")} hint={t("invoice.lead")}>
      <form className={styles.form} onSubmit={submit} noValidate data-print="no">
        <Field
          label={`${t("invoice.amount")}, ${formats.month(props.month)}`}
          validationMessage={tried && !AMOUNT.test(amount) ? t("invoice.bad") : undefined}
        >
          <Input inputMode="decimal" value={amount} onChange={(_, { value }) => setAmount(value.trim())} />
        </Field>
        <Field label={t("invoice.currency")}>
          <Input
            className={styles.currency}
            value={currency}
            maxLength={3}
            onChange={(_, { value }) => setCurrency(value.toUpperCase())}
          />
        </Field>
        <div className={styles.buttons}>
          <Button type="submit">{t("invoice.apply")}</Button>
          {props.applied !== null && (
            <Button appearance="subtle" onClick={() => props.onApply(null)}>
              {t("invoice.clear")}
            </Button>
          )}
        </div>
      </form>
      {props.applied !== null && (
        <Text role="status">{t("invoice.applied", { amount: formats.money(props.applied) })}</Text>
      )}
    </Section>
  );
}
