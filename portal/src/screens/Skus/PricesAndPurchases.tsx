import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { SkusDetailQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";
import { GoLink } from "@/screens/Worklist/GoLink";

type View = NonNullable<SkusDetailQuery["tenant"]>["at"];
type Price = View["prices"][number];
type Purchase = View["skus"][number]["renewals"][number];

const useStyles = makeStyles({ quiet: { color: tokens.colorNeutralForeground3 } });

/** The prices known of a product, and the purchases behind it. */
export function PricesAndPurchases(props: { readonly at: View; readonly skuId: string }): ReactElement {
  const { t } = useWords("Skus");
  const moment = useMoment();
  const { at, skuId } = props;
  const purchases = at.skus.find((each) => each.skuId === skuId)?.renewals ?? [];
  return (
    <>
      <Section
        title={t("detail.prices")}
        actions={<GoLink to={moment.link("settings", { tab: "prices", sku: skuId })}>{t("detail.setPrice")}</GoLink>}
      >
        <DataGrid
          caption={t("detail.prices")}
          columns={usePriceColumns()}
          rows={at.prices}
          rowKey={(price) => `${price.source}${price.lot}${price.effectiveFrom}`}
          empty={t("detail.noPrices")}
        />
      </Section>
      <Section title={t("detail.purchases")}>
        <DataGrid
          caption={t("detail.purchases")}
          columns={usePurchaseColumns()}
          rows={purchases}
          rowKey={(each) => `${each.date}${each.boughtAt}${each.seats}${each.status}`}
          empty={t("detail.noPurchases")}
        />
      </Section>
    </>
  );
}

function usePriceColumns(): Column<Price>[] {
  const styles = useStyles();
  const { t } = useWords("Skus");
  const formats = useFormats();
  return [
    {
      id: "amount",
      header: t("detail.amount"),
      cell: (price) => (
        <>
          {formats.money(price.amount)} / {t(`per.${price.per}`)}
          {price.taxIncluded && (
            <Text size={200} className={styles.quiet}>
              {" "}
              {t("detail.tax")} {t("detail.taxIncluded")}
            </Text>
          )}
        </>
      ),
    },
    { id: "source", header: t("detail.source"), cell: (price) => t(`source.${price.source}`) },
    { id: "term", header: t("detail.term"), wideOnly: true, cell: (price) => t(`term.${price.term}`) },
    { id: "from", header: t("detail.from"), cell: (price) => formats.day(price.effectiveFrom) },
    {
      id: "until",
      header: t("detail.until"),
      cell: (price) => (price.effectiveUntil == null ? t("detail.open") : formats.day(price.effectiveUntil)),
    },
    {
      id: "floor",
      header: t("detail.floor"),
      align: "end",
      wideOnly: true,
      cell: (price) => (price.commitFloor == null ? t("list.none") : formats.number(price.commitFloor)),
    },
  ];
}

function usePurchaseColumns(): Column<Purchase>[] {
  const { t } = useWords("Skus");
  const formats = useFormats();
  const { timeZone } = useMoment();
  return [
    {
      id: "date",
      header: t("detail.date"),
      cell: ({ date }) => (date == null ? t("detail.noDate") : formats.instant(date, timeZone)),
    },
    { id: "seats", header: t("renewals.seats"), align: "end", cell: ({ seats }) => formats.number(seats) },
    {
      id: "status",
      header: t("renewals.status"),
      cell: ({ status, trial }) =>
        `${t(`status.${status}`, { defaultValue: status })}${trial ? ` · ${t("renewals.trial")}` : ""}`,
    },
    {
      id: "bought",
      header: t("detail.bought"),
      wideOnly: true,
      cell: ({ boughtAt }) => (boughtAt == null ? t("unknown") : formats.instant(boughtAt, timeZone)),
    },
  ];
}
