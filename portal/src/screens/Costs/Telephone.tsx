import { makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { CostsTelephoneDocument, type CostsTelephoneQuery, type PstnCostGrouping } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Chart } from "@/parts/Chart";
import { Empty } from "@/parts/Empty";
import { ChoiceFilter } from "@/parts/FilterBar";
import { Figure, Figures } from "@/parts/Figure";
import { MoneySum } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { useParameter } from "@/parts/useParameter";
import { useMoment } from "@/time/useMoment";
import { drawnBy } from "./lines";
import { dayBefore, firstDay, later, type Month } from "./months";
import { Pools } from "./Pools";
import { SumTable, type SumColumn } from "./SumTable";

const GROUPINGS = ["DEPARTMENT", "COUNTRY", "DIRECTION", "CAPABILITY", "DAY", "USER"] as const;
const SHOWN = 31;

type Told = NonNullable<CostsTelephoneQuery["tenant"]>;
type Phone = NonNullable<Told["at"]["pstnCosts"]>;
type Group = Phone["groups"][number];

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  sides: {
    display: "grid",
    gap: tokens.spacingHorizontalXL,
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    "@media (max-width: 1199px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** What a month's calls with the telephone network cost, and how far the minutes of calling plans are used. */
export function Telephone({ month }: { readonly month: Month }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Costs");
  const { id } = useTenant();
  const moment = useMoment();
  const [by, setBy] = useParameter("phoneBy", "DEPARTMENT");
  const groupBy: PstnCostGrouping = GROUPINGS.find((each) => each === by) ?? "DEPARTMENT";
  const asked = useAsk(CostsTelephoneDocument, {
    tenant: id,
    ...moment.variables,
    month,
    since: firstDay(month),
    until: firstDay(later(month, 1)),
    groupBy,
  });
  return (
    <Answer to={asked} height={620} keep>
      {({ tenant }) => {
        if (tenant == null) return null;
        const phone = tenant.at.pstnCosts;
        if (phone == null) return <Empty title={t("phone.empty")} hint={t("groups.before")} />;
        return (
          <div className={styles.stack}>
            <Readable tenant={tenant} />
            <PhoneSummary phone={phone} feeInside={tenant.policy.connectionFeeInside} />
            <PhoneGroups phone={phone} month={month} groupBy={groupBy} onBy={setBy} />
            <Pools pools={tenant.at.callingPlanPools} />
          </div>
        );
      }}
    </Answer>
  );
}

function Readable({ tenant }: { readonly tenant: Told }): ReactElement | null {
  const { t } = useWords("Costs");
  const { pstnLogs, directRouting } = tenant.capabilities;
  if (pstnLogs === true || directRouting === true) return null;
  return (
    <MessageBar intent="warning">
      <MessageBarBody>
        {t(pstnLogs === false && directRouting === false ? "phone.off" : "phone.unknownLogs")}
      </MessageBarBody>
    </MessageBar>
  );
}

function PhoneSummary({ phone, feeInside }: { readonly phone: Phone; readonly feeInside: boolean }): ReactElement {
  const { t } = useWords("Costs");
  const formats = useFormats();
  const { total } = phone;
  const words = [
    t("phone.totalUnit", { from: formats.day(phone.since), to: formats.day(dayBefore(phone.until)) }),
    total.cost != null && total.cost.total == null && total.cost.byCurrency.length > 1 ? t("phone.rates") : null,
    total.unpricedCalls > 0 ? t("phone.unpriced", { count: total.unpricedCalls }) : null,
  ];
  return (
    <Figures>
      <Figure
        label={t("phone.totalCost")}
        value={<MoneySum value={total.cost} />}
        hint={words.filter((each) => each !== null).join(" · ")}
      />
      <Figure
        label={t("phone.calls")}
        value={formats.number(total.calls)}
        hint={t(feeInside ? "phone.feeInside" : "phone.feeBeside")}
      />
      <Figure label={t("phone.minutes")} value={formats.number(total.seconds / 60)} hint={t("phone.note")} />
    </Figures>
  );
}

function PhoneGroups(props: {
  readonly phone: Phone;
  readonly month: Month;
  readonly groupBy: PstnCostGrouping;
  readonly onBy: (by: string) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Costs");
  const formats = useFormats();
  const { phone, groupBy } = props;
  const by = t(`phone.by.${groupBy}`);
  const title = t("phone.title", { by, month: formats.month(props.month) });
  const name = (group: Group): string => {
    if (group.smallGroups > 0) return t("phone.small", { count: group.smallGroups });
    if (group.key == null) return t("phone.notTold");
    if (groupBy === "DAY") return formats.day(group.key);
    return groupBy === "COUNTRY" ? countryName(group.key, formats.locale) : group.label;
  };
  const charted = phone.groups.slice(0, SHOWN);
  const currencies = [
    ...new Set(phone.groups.flatMap(({ cost }) => cost?.byCurrency.map(({ currency }) => currency) ?? [])),
  ].sort();
  const columns: SumColumn<Group>[] = [
    { id: "name", header: by, cell: name, total: t("phone.total") },
    {
      id: "calls",
      header: t("phone.calls"),
      cell: (group) => formats.number(group.calls),
      total: formats.number(phone.total.calls),
    },
    {
      id: "minutes",
      header: t("phone.minutes"),
      wideOnly: true,
      cell: (group) => formats.number(group.seconds / 60),
      total: formats.number(phone.total.seconds / 60),
    },
    {
      id: "unpriced",
      header: t("phone.unpriced"),
      wideOnly: true,
      cell: (group) => formats.number(group.unpricedCalls),
      total: formats.number(phone.total.unpricedCalls),
    },
    {
      id: "cost",
      header: t("phone.cost"),
      cell: (group) => <MoneySum value={group.cost} />,
      total: <MoneySum value={phone.total.cost} />,
    },
  ];
  return (
    <Section
      title={title}
      actions={
        <ChoiceFilter
          label={t("phone.by.label")}
          any=""
          value={groupBy}
          choices={GROUPINGS.map((each) => ({ value: each, label: t(`phone.by.${each}`) }))}
          onChange={props.onBy}
        />
      }
    >
      {phone.groups.length === 0 ? (
        <Empty title={t("phone.empty")} hint={t("phone.emptyWhat")} />
      ) : (
        <div className={styles.sides}>
          <Chart
            name={title}
            axis={by}
            horizontal={groupBy !== "DAY"}
            height={groupBy === "DAY" ? 280 : Math.max(160, charted.length * 34 + 60)}
            labels={charted.map(name)}
            series={currencies.map((currency) => ({
              name: currency,
              values: charted.map(({ cost }) => drawnBy(cost, currency)),
            }))}
            format={(value, series) =>
              formats.money({ amount: value.toFixed(2), currency: currencies[series] ?? "XXX" })
            }
            shortFormat={(value) => formats.number(value, 1)}
          />
          <SumTable
            caption={title}
            columns={columns}
            rows={phone.groups}
            rowKey={(group) => `${group.key ?? ""}~${group.smallGroups}`}
          />
        </div>
      )}
      {phone.groups.some(({ smallGroups }) => smallGroups > 0) && (
        <Text size={200} className={styles.quiet}>
          {t("groups.smallWhy")}
        </Text>
      )}
    </Section>
  );
}

function countryName(code: string, locale: string): string {
  return /^[A-Z]{2}$/.test(code) ? (new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? code) : code;
}
