import { makeStyles, MessageBar, MessageBarBody, MessageBarTitle, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { CallFiguresDocument, type CallFiguresQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Chart } from "@/parts/Chart";
import { Empty } from "@/parts/Empty";
import { Figure, Figures } from "@/parts/Figure";
import { FilterBar } from "@/parts/FilterBar";
import { Freshness } from "@/parts/Freshness";
import { Section } from "@/parts/Section";
import { Stale } from "@/parts/Stale";
import { useMoment } from "@/time/useMoment";
import { CallDepartments } from "./CallDepartments";
import { CallHeat } from "./CallHeat";
import { CallKinds } from "./CallKinds";
import { everyDay } from "./everyDay";
import type { CallSpan } from "./span";

type At = NonNullable<CallFiguresQuery["tenant"]>["at"];

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(420px, 100%), 1fr))",
  },
  thirds: {
    display: "grid",
    gap: tokens.spacingHorizontalM,
    margin: `${tokens.spacingHorizontalM} 0`,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(320px, 100%), 1fr))",
  },
  wide: { gridColumn: "1 / -1" },
  fresh: { marginBottom: tokens.spacingVerticalM, fontSize: tokens.fontSizeBase200, minHeight: "20px" },
  bar: { marginBottom: tokens.spacingVerticalM },
});

const HOUR = 3600;

/** Calls and time in calls: by day, direction, type, modality, hour and department. */
export function CallUsage({ span, days }: { readonly span: CallSpan; readonly days: ReactNode }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Calls");
  const tenant = useTenant();
  const moment = useMoment();
  const asked = useAsk(CallFiguresDocument, { tenant: tenant.id, ...moment.variables, ...span });
  return (
    <>
      <FilterBar>{days}</FilterBar>
      <Answer to={asked} height={900} keep>
        {({ tenant: found }) => {
          const at = found?.at;
          if (at == null || at.beforeFirstFact) return <Empty title={t("nothingKnown")} hint={t("emptyHint")} />;
          return (
            <>
              <div className={styles.fresh}>
                <Freshness value={at.byDay.freshness} timeZone={moment.timeZone} /> <Stale stale={asked.stale} />
              </div>
              <Gaps gaps={at.byDay.freshness.gaps} className={styles.bar} />
              {at.byDirection.length === 0 ? (
                <Empty title={t("empty")} hint={t("emptyHint")} />
              ) : (
                <>
                  <Totals at={at} />
                  <div className={styles.grid}>
                    <ByDay at={at} span={span} />
                    <CallHeat usage={at.byHour} className={styles.wide} />
                  </div>
                  <div className={styles.thirds}>
                    <ByDirection at={at} />
                    <CallKinds at={at} />
                  </div>
                  <CallDepartments usage={at.byDepartment} />
                </>
              )}
            </>
          );
        }}
      </Answer>
    </>
  );
}

function Totals({ at }: { readonly at: At }): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const sum = (of: (usage: At["byDirection"][number]) => number): number =>
    at.byDirection.reduce((total, usage) => total + of(usage), 0);
  const calls = sum((usage) => usage.calls);
  const inside = sum((usage) => (usage.key === "internal" ? usage.calls : 0));
  return (
    <Figures>
      <Figure label={t("figure.calls")} value={formats.number(calls)} hint={t("figure.callsWhy")} />
      <Figure
        label={t("figure.hours")}
        value={formats.duration(sum((usage) => usage.participantSeconds))}
        hint={t("figure.hoursWhy")}
      />
      <Figure
        label={t("figure.external")}
        value={formats.percent((calls - inside) / calls)}
        hint={t("figure.externalWhy")}
      />
      <Figure
        label={t("figure.failed")}
        value={formats.number(sum((usage) => usage.failedCalls))}
        hint={t("figure.failedWhy")}
      />
    </Figures>
  );
}

function ByDay({ at, span }: { readonly at: At; readonly span: CallSpan }): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const days = everyDay(at.byDay.usage, span.since, span.until);
  const labels = days.map(({ day }) => formats.day(day, "short"));
  return (
    <>
      <Section title={t("byDay")}>
        <Chart
          name={t("byDay")}
          axis={t("day")}
          labels={labels}
          series={[
            { name: t("heard"), stack: "calls", values: days.map(({ calls, failedCalls }) => calls - failedCalls) },
            { name: t("failed"), stack: "calls", values: days.map(({ failedCalls }) => failedCalls) },
            { name: t("users"), kind: "line", values: days.map(({ users }) => users) },
          ]}
          format={(value) => formats.number(value)}
        />
      </Section>
      <Section title={t("hoursByDay")} hint={t("figure.hoursWhy")}>
        <Chart
          name={t("hoursByDay")}
          axis={t("day")}
          labels={labels}
          series={[{ name: t("hours"), kind: "area", values: days.map((each) => each.participantSeconds / HOUR) }]}
          format={(value) => `${formats.number(value, 1)} h`}
          shortFormat={(value) => `${formats.number(value)} h`}
        />
      </Section>
    </>
  );
}

const DIRECTIONS = ["internal", "external", "pstn"] as const;

function ByDirection({ at }: { readonly at: At }): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const of = (key: string) => at.byDirection.find((usage) => usage.key === key);
  return (
    <Section title={t("byDirection")}>
      <Chart
        name={t("byDirection")}
        axis={t("direction.label")}
        labels={DIRECTIONS.map((each) => t(`direction.${each.toUpperCase() as "PSTN"}`))}
        horizontal
        series={[
          { name: t("calls"), values: DIRECTIONS.map((each) => of(each)?.calls ?? 0) },
          { name: t("hours"), values: DIRECTIONS.map((each) => (of(each)?.participantSeconds ?? 0) / HOUR) },
        ]}
        format={(value, series) => (series === 1 ? `${formats.number(value, 1)} h` : formats.number(value))}
      />
    </Section>
  );
}

const GAPS_SHOWN = 3;

function Gaps(props: {
  readonly gaps: At["byDay"]["freshness"]["gaps"];
  readonly className: string;
}): React.JSX.Element | null {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const moment = useMoment();
  if (props.gaps.length === 0) return null;
  const when = (at: string | null | undefined): string =>
    at == null ? t("lasting") : formats.instant(at, moment.timeZone);
  const more = props.gaps.length - GAPS_SHOWN;
  return (
    <MessageBar intent="warning" layout="multiline" className={props.className}>
      <MessageBarBody>
        <MessageBarTitle>{t("gaps")}</MessageBarTitle>
        {props.gaps.slice(0, GAPS_SHOWN).map((gap) => {
          const known = gap.reason === "NOT_LISTED" || gap.reason === "CALLS_MISSING" ? gap.reason : "other";
          return (
            <span key={`${gap.reason} ${gap.since}`}>
              {t(`gap.${known}`, {
                feed: gap.feed,
                reason: gap.reason,
                since: when(gap.since),
                until: when(gap.until),
              })}{" "}
            </span>
          );
        })}
        {more > 0 && t("gapMore", { count: more })}
      </MessageBarBody>
    </MessageBar>
  );
}
