import { makeStyles, Tab, TabList, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant } from "@/app/tenant";
import { useFormats } from "@/i18n/format";
import { Chart } from "@/parts/Chart";
import { Empty } from "@/parts/Empty";
import { MoneySum } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { useParameter } from "@/parts/useParameter";
import { drawn, type Report } from "./lines";
import { SumTable, type SumColumn } from "./SumTable";

type Part = Report["wasted"]["total"];

interface WasteRow {
  readonly key: string;
  readonly name: string;
  readonly part: Part;
}

const useStyles = makeStyles({
  sides: {
    display: "grid",
    gap: tokens.spacingHorizontalXL,
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    "@media (max-width: 1199px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** How much of a month's cost served nobody: by cause, by certainty or by product, adding up to its total. */
export function Waste({ report }: { readonly report: Report }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Costs");
  const formats = useFormats();
  const { currency } = useTenant();
  const [by, setBy] = useParameter("waste", "cause");
  const { wasted } = report;
  const rows = useRows(report, by);
  const title = t("waste.title", { month: formats.month(report.month) });
  const columns: SumColumn<WasteRow>[] = [
    { id: "name", header: t("waste.name"), cell: ({ name }) => name, total: t("waste.total") },
    {
      id: "days",
      header: t("waste.seatDays"),
      cell: ({ part }) => formats.number(part.seatDays),
      total: formats.number(wasted.total.seatDays),
    },
    {
      id: "unpriced",
      header: t("waste.unpriced"),
      wideOnly: true,
      cell: ({ part }) => formats.number(part.unpricedSeatDays),
      total: formats.number(wasted.total.unpricedSeatDays),
    },
    {
      id: "cost",
      header: t("waste.cost"),
      cell: ({ part }) => <MoneySum value={part.cost} />,
      total: <MoneySum value={wasted.total.cost} />,
    },
  ];
  return (
    <Section
      title={title}
      hint={t("waste.hint")}
      actions={
        <TabList
          size="small"
          selectedValue={by}
          onTabSelect={(_, { value }) => setBy(String(value))}
          aria-label={t("waste.label")}
          data-print="no"
        >
          <Tab value="cause">{t("waste.byCause")}</Tab>
          <Tab value="tier">{t("waste.byTier")}</Tab>
          <Tab value="sku">{t("waste.bySku")}</Tab>
        </TabList>
      }
    >
      {wasted.total.seatDays === 0 ? (
        <Empty title={t("waste.empty")} hint={t("waste.emptyWhat")} />
      ) : (
        <div className={styles.sides}>
          <Chart
            name={title}
            axis={t("waste.name")}
            horizontal
            height={Math.max(160, rows.length * 32 + 40)}
            labels={rows.map(({ name }) => name)}
            series={[{ name: t("waste.cost"), values: rows.map(({ part }) => drawn(part.cost)) }]}
            format={(value) => formats.money({ amount: String(value), currency })}
            shortFormat={(value) => formats.shortMoney(value, currency)}
          />
          <SumTable caption={title} columns={columns} rows={rows} rowKey={({ key }) => key} />
        </div>
      )}
      {wasted.downgrades.seatDays > 0 && (
        <Text size={200} className={styles.quiet}>
          {t("waste.downgrades")}: <MoneySum value={wasted.downgrades.cost} />
        </Text>
      )}
    </Section>
  );
}

function useRows({ wasted }: Report, by: string): readonly WasteRow[] {
  const { t } = useWords("Costs");
  if (by === "sku") return wasted.bySku.map(({ sku, wasted: part }) => ({ key: sku.skuId, name: sku.name, part }));
  const unassigned = { key: "unassigned", name: t("waste.unassigned"), part: wasted.unassigned };
  const seats =
    by === "tier"
      ? wasted.byTier.map(({ tier, wasted: part }) => ({ key: tier, name: t(`tiers.${tier}`), part }))
      : wasted.byCause.map(({ cause, wasted: part }) => ({ key: cause, name: t(`causes.${cause}`), part }));
  return [...seats, unassigned];
}
