import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { PhoneCostsDocument, type PhoneCostsQuery, type PstnCostGrouping } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Chart } from "@/parts/Chart";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Empty } from "@/parts/Empty";
import { Figure, Figures } from "@/parts/Figure";
import { ChoiceFilter, FilterBar } from "@/parts/FilterBar";
import { MoneySum } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { useParameter } from "@/parts/useParameter";
import { monthOf, plusDays } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { PhoneCallList } from "./PhoneCallList";
import { Pools } from "./Pools";
import type { CallSpan } from "./span";
import { TrunkCallList } from "./TrunkCallList";

type Costs = NonNullable<NonNullable<PhoneCostsQuery["tenant"]>["at"]["pstnCosts"]>;
type Row = Costs["groups"][number];

const GROUPS: readonly PstnCostGrouping[] = ["DEPARTMENT", "DAY", "COUNTRY", "DIRECTION", "CAPABILITY", "USER"];
const SHOWN = 15;

const useStyles = makeStyles({
  about: { display: "block", marginBottom: tokens.spacingVerticalM, color: tokens.colorNeutralForeground2 },
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingHorizontalM },
});

/** What telephone calls cost, by one grouping at a time, and the rows of the logs behind it. */
export function PhoneCosts({ span, days }: { readonly span: CallSpan; readonly days: ReactNode }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Calls");
  const tenant = useTenant();
  const moment = useMoment();
  const [by, setBy] = useParameter("by", "DEPARTMENT");
  const groupBy = GROUPS.find((each) => each === by) ?? "DEPARTMENT";
  const month = monthOf(plusDays(span.until, -1));
  const asked = useAsk(PhoneCostsDocument, { tenant: tenant.id, ...moment.variables, ...span, groupBy, month });
  return (
    <>
      <Text className={styles.about}>{t("phone.about")}</Text>
      <FilterBar>
        {days}
        <ChoiceFilter
          label={t("phone.groupBy")}
          value={groupBy}
          any=""
          choices={GROUPS.map((each) => ({ value: each, label: t(`phone.group.${each}`) }))}
          onChange={setBy}
        />
      </FilterBar>
      <Answer to={asked} height={700} keep>
        {({ tenant: found }) => {
          const at = found?.at;
          if (at?.pstnCosts == null) return <Empty title={t("nothingKnown")} hint={t("emptyHint")} />;
          if (at.pstnCosts.total.calls === 0) return <Empty title={t("phone.none")} hint={t("phone.noneHint")} />;
          return (
            <div className={styles.stack}>
              <Totals costs={at.pstnCosts} />
              <Groups costs={at.pstnCosts} groupBy={groupBy} />
              <Pools pools={at.callingPlanPools} month={month} />
              <PhoneCallList span={span} />
              <TrunkCallList span={span} />
            </div>
          );
        }}
      </Answer>
    </>
  );
}

function Totals({ costs }: { readonly costs: Costs }): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const { total } = costs;
  return (
    <Figures>
      <Figure label={t("phone.cost")} value={<MoneySum value={total.cost} />} unit={t("phone.net")} />
      <Figure label={t("phone.calls")} value={formats.number(total.calls)} />
      <Figure label={t("phone.time")} value={formats.duration(total.seconds)} />
      <Figure
        label={t("phone.unpriced")}
        value={formats.number(total.unpricedCalls)}
        hint={total.unpricedCalls === 0 ? t("phone.allPriced") : t("phone.unpricedWhy", { count: total.unpricedCalls })}
      />
    </Figures>
  );
}

function Groups({ costs, groupBy }: { readonly costs: Costs; readonly groupBy: PstnCostGrouping }): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const title = t("phone.costBy", { group: t(`phone.group.${groupBy}`) });
  const label = (row: Row): string => {
    if (row.smallGroups > 0) return t("small", { count: row.smallGroups });
    if (row.key == null) return t("phone.notTold");
    return groupBy === "DAY" ? formats.day(row.key) : row.label;
  };
  const currencies = [
    ...new Set(costs.groups.flatMap((row) => row.cost?.byCurrency.map(({ currency }) => currency) ?? [])),
  ];
  const amount = (row: Row, currency: string): number | null => {
    if (row.cost == null) return null;
    return Number(row.cost.byCurrency.find((each) => each.currency === currency)?.amount ?? 0);
  };
  const worth = (row: Row): number => Math.max(-1, ...currencies.map((currency) => amount(row, currency) ?? -1));
  const shown =
    groupBy === "DAY"
      ? costs.groups
      : [...costs.groups].sort((one, other) => worth(other) - worth(one)).slice(0, SHOWN);
  const columns: Column<Row>[] = [
    { id: "label", header: t(`phone.group.${groupBy}`), minWidth: "140px", cell: label },
    { id: "cost", header: t("phone.cost"), align: "end", cell: (row) => <MoneySum value={row.cost} /> },
    { id: "calls", header: t("phone.calls"), align: "end", cell: (row) => formats.number(row.calls) },
    { id: "time", header: t("phone.time"), align: "end", cell: (row) => formats.duration(row.seconds) },
    {
      id: "unpriced",
      header: t("phone.unpriced"),
      align: "end",
      wideOnly: true,
      cell: (row) => formats.number(row.unpricedCalls),
    },
  ];
  return (
    <Section title={title}>
      <Chart
        name={title}
        axis={t(`phone.group.${groupBy}`)}
        horizontal={groupBy !== "DAY"}
        labels={shown.map(label)}
        series={currencies.map((currency) => ({ name: currency, values: shown.map((row) => amount(row, currency)) }))}
        format={(value, series) => formats.money({ amount: String(value), currency: currencies[series] ?? "EUR" })}
        shortFormat={(value) => formats.number(value)}
        height={groupBy === "DAY" ? 260 : Math.max(180, 60 + shown.length * 30)}
      />
      <DataGrid
        caption={`${title}: ${t("chart.table")}`}
        columns={columns}
        rows={costs.groups}
        rowKey={(row) => `${row.key} ${row.smallGroups}`}
        empty={t("phone.none")}
      />
    </Section>
  );
}
