import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useEffect } from "react";
import { useWords } from "@/i18n/words";
import { useSearchParams } from "react-router";
import { useReadOn } from "@/api/useReadOn";
import { PortfolioDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Chart } from "@/parts/Chart";
import { DataGrid } from "@/parts/DataGrid";
import { Empty } from "@/parts/Empty";
import { Failed } from "@/parts/Failed";
import { ChoiceFilter, FilterBar, TextFilter } from "@/parts/FilterBar";
import { Loading } from "@/parts/Loading";
import { Section } from "@/parts/Section";
import { useParameter } from "@/parts/useParameter";
import { useSorted } from "@/parts/useSorted";
import { momentOf } from "@/time/moment";
import { useColumns, type Row } from "./columns";
import { ORDERS } from "./order";
import { shareOf, wasteShare } from "./shares";

const PAGE = 25;
const PAGES = 40;
const CHARTED = 15;

const useStyles = makeStyles({
  title: { margin: 0 },
  sub: {
    display: "block",
    color: tokens.colorNeutralForeground3,
    marginBottom: tokens.spacingVerticalM,
    maxWidth: "90ch",
  },
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingHorizontalM },
  foot: { minHeight: "20px", color: tokens.colorNeutralForeground2 },
});

/** All customers the viewer may see, each in a few figures, the most wasteful first if nothing else is asked for. */
export default function Portfolio(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Portfolio");
  const formats = useFormats();
  const [search] = useSearchParams();
  const { asOf, knownAt } = momentOf(search);
  const { sorted, onSort, sortBy } = useSorted(ORDERS);
  const [day, setDay] = useParameter("asOf");
  const [find, setFind] = useParameter("find");
  const asked = { asOf, knownAt, orderBy: sorted.by, descending: sorted.descending, first: PAGE };
  const customers = useReadOn(PortfolioDocument, asked, (data) => data.portfolio, { pages: PAGES });
  const columns = useColumns();
  useEffect(() => {
    document.title = `${t("title")} · SUA`;
  }, [t]);
  const shown = customers.items.filter(({ name }) => name.toLocaleLowerCase().includes(find.toLocaleLowerCase()));
  return (
    <>
      <Text as="h1" size={700} weight="semibold" block className={styles.title}>
        {t("title")}
      </Text>
      <Text size={200} className={styles.sub}>
        {asOf === null ? t("aboutNow") : t("about", { date: formats.day(asOf) })}
      </Text>
      <FilterBar
        active={find !== "" || day !== ""}
        onClear={() => {
          setFind("");
          setDay("");
        }}
      >
        <TextFilter type="date" label={t("asOf")} value={day} onChange={setDay} />
        <ChoiceFilter
          label={t("order.label")}
          value={sorted.by}
          any=""
          choices={ORDERS.all.map((each) => ({ value: each, label: t(`order.${each}`) }))}
          onChange={sortBy}
        />
        <TextFilter label={t("find")} value={find} onChange={setFind} />
      </FilterBar>
      {customers.trouble !== null && <Failed trouble={customers.trouble} onRetry={customers.again} />}
      {customers.items.length === 0 && customers.reading ? (
        <Loading height={520} />
      ) : customers.items.length === 0 && customers.trouble === null ? (
        <Empty title={t("empty")} hint={t("emptyHint")} />
      ) : (
        <div className={styles.stack}>
          <Text size={200} className={styles.foot} role="status">
            {customers.reading
              ? t("reading", { count: customers.items.length })
              : t("orderAbout", { count: customers.items.length })}
          </Text>
          <Shares customers={shown.slice(0, CHARTED)} />
          <DataGrid
            cards
            caption={t("caption")}
            columns={columns}
            rows={shown}
            rowKey={(row) => row.tenantId}
            waiting={customers.reading}
            sorted={sorted}
            onSort={onSort}
            empty={t("noneFound")}
          />
        </div>
      )}
    </>
  );
}

function Shares({ customers }: { readonly customers: readonly Row[] }): React.JSX.Element {
  const { t } = useWords("Portfolio");
  const formats = useFormats();
  return (
    <Section title={t("chartTitle")} hint={t("chartAbout", { count: customers.length })}>
      <Chart
        name={t("chartTitle")}
        axis={t("customer")}
        horizontal
        labels={customers.map(({ name }) => name)}
        series={[
          { name: t("certain"), values: customers.map((each) => wasteShare(each, "GUARANTEED")) },
          { name: t("likely"), values: customers.map((each) => wasteShare(each, "LIKELY")) },
          { name: t("unassigned"), values: customers.map((each) => shareOf(each.unassigned, each.runRate)) },
        ]}
        format={(value) => formats.percent(value)}
        shortFormat={(value) => formats.percent(value, 0)}
        height={Math.max(180, 60 + customers.length * 40)}
      />
    </Section>
  );
}
