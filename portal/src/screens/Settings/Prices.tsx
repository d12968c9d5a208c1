import { Button, makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { Add20Regular } from "@fluentui/react-icons/svg/add";
import { useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { SettingsPricesDocument, SettingsWithdrawPriceDocument, type SettingsPricesQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { ConfirmDialog } from "@/parts/ConfirmDialog";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { ChoiceFilter, FilterBar } from "@/parts/FilterBar";
import { Section } from "@/parts/Section";
import { useParameter } from "@/parts/useParameter";
import { useMoment } from "@/time/useMoment";
import { PriceDialog } from "./PriceDialog";
import { PriceHistory } from "./PriceHistory";
import { Refused } from "./Refused";
import { Said } from "./Said";
import { useMayChange, useSetting } from "./useSetting";

type View = NonNullable<SettingsPricesQuery["tenant"]>["at"];

/** One stated price. */
export type Price = View["prices"][number];

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** What a seat of each product costs: the prices known, how they came about, and a way to set and withdraw them. */
export function Prices(): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const { id } = useTenant();
  const moment = useMoment();
  const mayChange = useMayChange("prices");
  const [sku, setSku] = useParameter("sku");
  const [when, setWhen] = useParameter("when", "day");
  const [setting, setSetting] = useState<string | null>(null);
  const [withdrawing, setWithdrawing] = useState<Price | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const asked = useAsk(SettingsPricesDocument, {
    tenant: id,
    ...moment.variables,
    sku: sku === "" ? null : sku,
    on: when === "ever" ? null : moment.day,
  });
  const at = asked.before?.tenant?.at;
  const columns = useColumns(mayChange ? setWithdrawing : null);
  return (
    <div className={styles.stack}>
      {said !== null && <Said words={t(said)} onDismiss={() => setSaid(null)} />}
      <Section
        title={t("prices.title")}
        hint={t("prices.lead")}
        actions={
          mayChange && (
            <Button appearance="primary" icon={<Add20Regular />} onClick={() => setSetting(sku)}>
              {t("prices.set")}
            </Button>
          )
        }
      >
        <FilterBar active={sku !== ""} onClear={() => setSku("")}>
          <ChoiceFilter
            label={t("prices.product")}
            any={t("prices.all")}
            value={sku}
            choices={(at?.skus ?? []).map((each) => ({ value: each.skuId, label: each.name }))}
            onChange={setSku}
          />
          <ChoiceFilter
            label={t("prices.when")}
            any=""
            value={when}
            choices={[
              { value: "day", label: t("prices.onDay") },
              { value: "ever", label: t("prices.ever") },
            ]}
            onChange={setWhen}
          />
        </FilterBar>
        <Answer to={asked} height={320} keep>
          {({ tenant }) =>
            tenant != null && (
              <>
                {sku === "" && when !== "ever" && <Without at={tenant.at} />}
                <DataGrid
                  cards
                  caption={t("prices.title")}
                  columns={columns}
                  rows={tenant.at.prices}
                  rowKey={(price) => `${price.sku.skuId}${price.source}${price.lot}${price.effectiveFrom}`}
                  empty={t("prices.empty")}
                  emptyHint={t("prices.emptyWhat")}
                />
              </>
            )
          }
        </Answer>
      </Section>
      <PriceHistory />
      {setting !== null && at !== undefined && (
        <PriceDialog
          skus={at.skus}
          sku={setting}
          onClose={() => setSetting(null)}
          onSet={(facts) => {
            setSetting(null);
            setSaid(facts === 0 ? "prices.same" : "prices.saved");
          }}
        />
      )}
      {withdrawing !== null && (
        <Withdraw
          price={withdrawing}
          onClose={() => setWithdrawing(null)}
          onDone={() => {
            setWithdrawing(null);
            setSaid("prices.withdrawn");
          }}
        />
      )}
    </div>
  );
}

/** Paid products no price holds for on the day. */
function Without({ at }: { readonly at: View }): ReactElement | null {
  const { t } = useWords("Settings");
  const formats = useFormats();
  const priced = new Set(at.prices.map(({ sku }) => sku.skuId));
  const without = at.skus.filter((each) => each.class === "PAID" && !priced.has(each.skuId));
  if (without.length === 0) return null;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        {t("prices.without", { products: formats.list(without.map(({ name }) => name)) })}
      </MessageBarBody>
    </MessageBar>
  );
}

function Withdraw(props: {
  readonly price: Price;
  readonly onClose: () => void;
  readonly onDone: () => void;
}): ReactElement {
  const { t } = useWords("Settings");
  const { id } = useTenant();
  const formats = useFormats();
  const { price } = props;
  const change = useSetting(SettingsWithdrawPriceDocument, (data) => data.withdrawPrice);
  const withdraw = async (): Promise<void> => {
    const { sku, source, lot, effectiveFrom } = price;
    const changed = await change.set({ tenant: id, price: { sku: sku.skuId, source, lot, effectiveFrom } });
    if (changed !== null) props.onDone();
  };
  return (
    <ConfirmDialog
      open
      title={t("prices.withdrawTitle")}
      confirm={t("prices.withdraw")}
      running={change.setting}
      onConfirm={() => void withdraw()}
      onClose={props.onClose}
    >
      <Text block weight="semibold">
        {price.sku.name}: {formats.money(price.amount)} / {t(`per.${price.per}`)}, {formats.day(price.effectiveFrom)}
      </Text>
      <Text block>{t("prices.withdrawWhat")}</Text>
      <Refused trouble={change.trouble} />
    </ConfirmDialog>
  );
}

function useColumns(onWithdraw: ((price: Price) => void) | null): Column<Price>[] {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const formats = useFormats();
  const columns: Column<Price>[] = [
    {
      id: "product",
      header: t("prices.product"),
      minWidth: "140px",
      cell: ({ sku, lot }) => (
        <>
          {sku.name}
          {lot !== "" && (
            <Text size={200} block className={styles.quiet}>
              {t("prices.lot")} {lot}
            </Text>
          )}
        </>
      ),
    },
    {
      id: "amount",
      header: t("prices.amount"),
      align: "end",
      cell: (price) => (
        <>
          {formats.money(price.amount)} / {t(`per.${price.per}`)}
          <Text size={200} block align="end" className={styles.quiet}>
            {t(price.taxIncluded ? "prices.taxLong" : "prices.net")}
          </Text>
        </>
      ),
    },
    {
      id: "source",
      header: t("prices.source"),
      wideOnly: true,
      minWidth: "80px",
      cell: ({ source }) => t(`source.${source}`),
    },
    { id: "term", header: t("prices.term"), wideOnly: true, cell: ({ term }) => t(`term.${term}`) },
    { id: "from", header: t("prices.from"), minWidth: "100px", cell: (price) => formats.day(price.effectiveFrom) },
    {
      id: "until",
      header: t("prices.until"),
      wideOnly: true,
      cell: (price) => (price.effectiveUntil == null ? t("prices.open") : formats.day(price.effectiveUntil)),
    },
    {
      id: "quantity",
      header: t("prices.quantity"),
      align: "end",
      wideOnly: true,
      cell: ({ quantity }) =>
        quantity == null ? <span className={styles.quiet}>{t("prices.notStated")}</span> : formats.number(quantity),
    },
    {
      id: "floor",
      header: t("prices.floor"),
      align: "end",
      wideOnly: true,
      cell: ({ commitFloor }) =>
        commitFloor == null ? <span className={styles.quiet}>{t("prices.noFloor")}</span> : formats.number(commitFloor),
    },
  ];
  if (onWithdraw === null) return columns;
  return [
    ...columns,
    {
      id: "act",
      header: t("prices.act"),
      cell: (price) => (
        <Button
          size="small"
          appearance="subtle"
          aria-label={t("prices.withdrawOf", { product: price.sku.name, from: formats.day(price.effectiveFrom) })}
          onClick={() => onWithdraw(price)}
        >
          {t("prices.withdraw")}
        </Button>
      ),
    },
  ];
}
