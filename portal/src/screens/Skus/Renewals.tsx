import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { SkusListQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Chart } from "@/parts/Chart";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Empty } from "@/parts/Empty";
import { ChoiceFilter } from "@/parts/FilterBar";
import { LinkButton } from "@/parts/LinkButton";
import { Money } from "@/parts/Money";
import { Section } from "@/parts/Section";

type Renewal = NonNullable<SkusListQuery["tenant"]>["at"]["renewals"][number];

/** How far one can look ahead, in days. */
export const RENEWAL_DAYS = [30, 90, 180, 365, 1100] as const;

const useStyles = makeStyles({
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** Purchases that are renewed or end, the soonest first, with the seats that need not be renewed. */
export function Renewals(props: {
  readonly renewals: readonly Renewal[];
  readonly days: (typeof RENEWAL_DAYS)[number];
  readonly onDays: (days: (typeof RENEWAL_DAYS)[number]) => void;
  readonly onOpen: (skuId: string) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Skus");
  const formats = useFormats();
  const columns = useColumns(props.onOpen);
  const { renewals, days } = props;
  return (
    <Section
      title={t("renewals.title")}
      hint={t("renewals.lead")}
      actions={
        <ChoiceFilter
          label={t("renewals.until")}
          any=""
          value={String(days)}
          choices={RENEWAL_DAYS.map((each) => ({ value: String(each), label: t("renewals.days", { count: each }) }))}
          onChange={(value) => props.onDays(RENEWAL_DAYS.find((each) => String(each) === value) ?? 90)}
        />
      }
    >
      {renewals.length === 0 ? (
        <Empty title={t("renewals.empty")} hint={t("renewals.emptyWhat")} />
      ) : (
        <>
          <Chart
            name={t("renewals.chart")}
            axis={t("renewals.product")}
            horizontal
            height={Math.max(140, renewals.length * 30 + 60)}
            labels={renewals.map(({ on, sku }) => `${formats.day(on, "short")} · ${sku.name}`)}
            series={[
              {
                name: t("renewals.kept"),
                stack: "seats",
                values: renewals.map((each) => each.seats - each.reclaimableSeats),
              },
              { name: t("renewals.back"), stack: "seats", values: renewals.map((each) => each.reclaimableSeats) },
            ]}
            format={(value) => formats.number(value)}
            onPick={(at) => {
              const found = renewals[at];
              if (found !== undefined) props.onOpen(found.sku.skuId);
            }}
          />
          <DataGrid
            caption={t("renewals.title")}
            columns={columns}
            rows={renewals}
            rowKey={(row) => `${row.on}${row.sku.skuId}${row.seats}${row.status}`}
            empty={t("renewals.empty")}
          />
          <Text size={200} className={styles.quiet}>
            {t("renewals.note")}
          </Text>
        </>
      )}
    </Section>
  );
}

function useColumns(onOpen: (skuId: string) => void): Column<Renewal>[] {
  const styles = useStyles();
  const { t } = useWords("Skus");
  const formats = useFormats();
  return [
    {
      id: "product",
      header: t("renewals.product"),
      minWidth: "min(140px, 28vw)",
      cell: ({ sku }) => (
        <LinkButton name={t("list.open", { product: sku.name })} onClick={() => onOpen(sku.skuId)}>
          {sku.name}
        </LinkButton>
      ),
    },
    {
      id: "on",
      header: t("renewals.on"),
      minWidth: "min(110px, 22vw)",
      cell: (row) => (
        <>
          {formats.day(row.on)}
          <Text size={200} block className={styles.quiet}>
            {row.days === 0 ? t("renewals.today") : `${t("renewals.in")} ${formats.days(row.days)}`}
          </Text>
        </>
      ),
    },
    {
      id: "status",
      header: t("renewals.status"),
      wideOnly: true,
      minWidth: "90px",
      cell: (row) =>
        `${t(`status.${row.status}`, { defaultValue: row.status })}${row.trial ? ` · ${t("renewals.trial")}` : ""}`,
    },
    {
      id: "seats",
      header: t("renewals.seats"),
      align: "end",
      wideOnly: true,
      cell: (row) => formats.number(row.seats),
    },
    {
      id: "price",
      header: t("list.priceShort"),
      align: "end",
      wideOnly: true,
      cell: (row) => <Money value={row.price} />,
    },
    {
      id: "monthly",
      header: t("renewals.monthly"),
      align: "end",
      wideOnly: true,
      cell: (row) => <Money value={row.monthly} />,
    },
    {
      id: "back",
      header: t("renewals.reclaimableSeats"),
      align: "end",
      cell: (row) => formats.number(row.reclaimableSeats),
    },
    { id: "worth", header: t("renewals.reclaimable"), align: "end", cell: (row) => <Money value={row.reclaimable} /> },
  ];
}
