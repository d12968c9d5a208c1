import { makeStyles } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useFormats, type Amount } from "@/i18n/format";
import { Unknown } from "./Unknown";

/** A sum as the API tells it: in the tenant's currency, or one amount a currency where a rate is missing. */
export interface Sum {
  readonly total?: Amount | null;
  readonly byCurrency: readonly Amount[];
}

const useStyles = makeStyles({ amount: { fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" } });

/** One amount. null or undefined: unknown. `whole`: without cents, for large figures. */
export function Money({
  value,
  whole,
}: {
  readonly value: Amount | null | undefined;
  readonly whole?: boolean;
}): ReactElement {
  const styles = useStyles();
  const formats = useFormats();
  if (value == null) return <Unknown />;
  return <span className={styles.amount}>{formats.money(value, { whole })}</span>;
}

/** A sum. Without a total its currencies stand side by side, as they must not be added. */
export function MoneySum({
  value,
  whole,
}: {
  readonly value: Sum | null | undefined;
  readonly whole?: boolean;
}): ReactElement {
  if (value == null) return <Unknown />;
  if (value.total != null) return <Money value={value.total} whole={whole} />;
  if (value.byCurrency.length === 0) return <Unknown />;
  return (
    <>
      {value.byCurrency.map((amount, at) => (
        <span key={amount.currency}>
          {at > 0 && " + "}
          <Money value={amount} whole={whole} />
        </span>
      ))}
    </>
  );
}
