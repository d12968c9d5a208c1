import { Text } from "@fluentui/react-components";
import { memo, useMemo } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { HealthHoursDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { ChoiceFilter } from "@/parts/FilterBar";
import { Section } from "@/parts/Section";
import { useParameter } from "@/parts/useParameter";
import { days, type LedgerDay } from "./hours";
import { HourGrid } from "./HourGrid";

const SPANS = ["3", "7", "14", "30"] as const;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The ledger of calls hour by hour, and what is announced or listed and not there yet. `now`: the API's, UTC. */
export const Coverage = memo(function Coverage(props: {
  readonly now: string;
  readonly className?: string;
}): React.JSX.Element {
  const { t } = useWords("Health");
  const formats = useFormats();
  const tenant = useTenant();
  const [asked, setSpan] = useParameter("days", "7");
  const span = SPANS.find((each) => each === asked) ?? "7";
  const { since, until } = useMemo(() => spanOf(props.now, Number(span)), [props.now, span]);
  const answer = useAsk(HealthHoursDocument, { tenant: tenant.id, since, until });
  const hours = answer.before?.tenant?.coverage;
  const ledger = useMemo(() => days(hours ?? [], new Date(props.now)), [hours, props.now]);
  return (
    <Section
      className={props.className}
      title={t("coverage.title")}
      hint={t("coverage.about")}
      actions={
        <ChoiceFilter
          label={t("coverage.span")}
          value={span}
          any=""
          choices={SPANS.map((each) => ({ value: each, label: formats.days(Number(each)) }))}
          onChange={setSpan}
        />
      }
    >
      <Answer to={answer} height={320} keep>
        {() => <Days ledger={ledger} />}
      </Answer>
    </Section>
  );
});

/** Whole hours, so that the question is the same for an hour and the answer is kept. */
function spanOf(now: string, count: number): { since: string; until: string } {
  const until = Math.ceil(Date.parse(now) / HOUR_MS) * HOUR_MS;
  const first = Math.floor((until - (count - 1) * DAY_MS) / DAY_MS) * DAY_MS;
  return { since: new Date(Math.min(first, until)).toISOString(), until: new Date(until).toISOString() };
}

function Days({ ledger }: { readonly ledger: readonly LedgerDay[] }): React.JSX.Element {
  const { t } = useWords("Health");
  const formats = useFormats();
  const sum = (of: (day: LedgerDay) => number): number => ledger.reduce((total, day) => total + of(day), 0);
  const missing = sum((day) => day.missing);
  const columns: Column<LedgerDay>[] = [
    { id: "day", header: t("coverage.day"), cell: ({ day }) => formats.day(day) },
    { id: "notified", header: t("coverage.notified"), align: "end", cell: (day) => formats.number(day.notified) },
    {
      id: "listed",
      header: t("coverage.listed"),
      align: "end",
      cell: ({ listed }) => (listed === null ? t("coverage.listedUnknown") : formats.number(listed)),
    },
    { id: "fetched", header: t("coverage.fetched"), align: "end", cell: (day) => formats.number(day.fetched) },
    { id: "missing", header: t("coverage.missing"), align: "end", cell: (day) => formats.number(day.missing) },
    {
      id: "unlisted",
      header: t("coverage.unlisted"),
      align: "end",
      wideOnly: true,
      cell: (day) => formats.number(day.unlisted),
    },
  ];
  return (
    <>
      <Text>
        {t("coverage.total", {
          there: formats.number(sum((day) => day.fetched)),
          missing: formats.number(missing),
          unlisted: formats.number(sum((day) => day.unlisted)),
        })}{" "}
        <strong>{missing === 0 ? t("inbox.none") : t("inbox.waiting", { count: missing })}</strong>
      </Text>
      <HourGrid days={ledger} caption={t("coverage.caption")} />
      <DataGrid
        caption={`${t("coverage.caption")}: ${t("coverage.table")}`}
        columns={columns}
        rows={ledger}
        rowKey={({ day }) => day}
        empty={t("coverage.listedUnknown")}
      />
    </>
  );
}
