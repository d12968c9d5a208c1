import { makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { TwoDatesDocument, type DayOfTwoFragment } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Chart } from "@/parts/Chart";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Empty } from "@/parts/Empty";
import { FilterBar, TextFilter } from "@/parts/FilterBar";
import { Section } from "@/parts/Section";
import { Stale } from "@/parts/Stale";
import { useParameter } from "@/parts/useParameter";
import { isDay, plusDays } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { balances, type Balance } from "./compare";
import { Differences } from "./Differences";

const APART = 30;
const CHARTED = 12;

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingHorizontalM },
  about: { display: "block", marginBottom: tokens.spacingVerticalM },
});

/** Two days side by side, both by the same knowledge: seats by product, and every seat that differs. */
export function Compare(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("History");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const [askedTo, setTo] = useParameter("to");
  const [askedFrom, setFrom] = useParameter("from");
  const to = isDay(askedTo) ? askedTo : moment.day;
  const from = isDay(askedFrom) ? askedFrom : plusDays(to, -APART);
  const ordered = from < to;
  const asked = useAsk(TwoDatesDocument, { tenant: tenant.id, from, to, knownAt: moment.knownAt }, { pause: !ordered });
  return (
    <>
      <FilterBar active={askedFrom !== "" || askedTo !== ""} onClear={() => [setFrom, setTo].forEach((set) => set(""))}>
        <TextFilter type="date" label={t("compare.from")} value={from} onChange={setFrom} />
        <TextFilter type="date" label={t("compare.to")} value={to} onChange={setTo} />
      </FilterBar>
      {!ordered ? (
        <MessageBar intent="warning">
          <MessageBarBody>{t("compare.order")}</MessageBarBody>
        </MessageBar>
      ) : (
        <>
          <Text className={styles.about}>
            {t("compare.about", { from: formats.day(from), to: formats.day(to) })} <Stale stale={asked.stale} />
          </Text>
          <Answer to={asked} height={500}>
            {({ tenant: found }) => {
              if (found == null || found.after.beforeFirstFact) return <Empty title={t("nothingKnown")} />;
              return (
                <div className={styles.stack}>
                  <Doubts day={found.before} />
                  <Doubts day={found.after} />
                  <Balances before={found.before} after={found.after} />
                  <Differences from={from} to={to} />
                </div>
              );
            }}
          </Answer>
        </>
      )}
    </>
  );
}

function Doubts({ day }: { readonly day: DayOfTwoFragment }): React.JSX.Element | null {
  const { t } = useWords("History");
  const formats = useFormats();
  if (!day.beforeFirstFact && !day.freshness.estimated) return null;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        {t(day.beforeFirstFact ? "compare.unknownBefore" : "compare.estimated", { date: formats.day(day.asOf) })}
      </MessageBarBody>
    </MessageBar>
  );
}

function Balances(props: { readonly before: DayOfTwoFragment; readonly after: DayOfTwoFragment }): React.JSX.Element {
  const { t } = useWords("History");
  const formats = useFormats();
  const { before, after } = props;
  const lines = balances(before.licenceSummary, after.licenceSummary);
  const heads = [
    t("compare.before", { date: formats.day(before.asOf) }),
    t("compare.after", { date: formats.day(after.asOf) }),
  ] as const;
  const by = new Intl.NumberFormat(formats.locale, { signDisplay: "exceptZero" });
  const columns: Column<Balance>[] = [
    { id: "product", header: t("product"), minWidth: "160px", cell: (line) => line.name },
    { id: "before", header: heads[0], align: "end", cell: (line) => formats.number(line.before) },
    { id: "after", header: heads[1], align: "end", cell: (line) => formats.number(line.after) },
    { id: "by", header: t("compare.by"), align: "end", cell: (line) => by.format(line.by) },
  ];
  const charted = lines.slice(0, CHARTED);
  return (
    <Section title={t("compare.balance")}>
      <Chart
        name={t("compare.balance")}
        axis={t("product")}
        horizontal
        labels={charted.map(({ name }) => name)}
        series={[
          { name: heads[0], values: charted.map((line) => line.before) },
          { name: heads[1], values: charted.map((line) => line.after) },
        ]}
        format={(value) => formats.number(value)}
        height={Math.max(180, 60 + charted.length * 34)}
      />
      <DataGrid
        caption={`${t("compare.balance")}: ${t("chart.table")}`}
        columns={columns}
        rows={lines}
        rowKey={(line) => line.skuId}
        empty={t("compare.same")}
      />
    </Section>
  );
}
