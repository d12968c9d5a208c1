import { useWords } from "@/i18n/words";
import type { CallFiguresQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Chart } from "@/parts/Chart";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";

type Row = NonNullable<CallFiguresQuery["tenant"]>["at"]["byDepartment"][number];

const HOUR = 3600;
const SHOWN = 12;

/** Calls and time in calls by department, the most time first; the chart shows the first twelve. */
export function CallDepartments(props: {
  readonly usage: readonly Row[];
  readonly className?: string;
}): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const usage = [...props.usage].sort((one, other) => other.participantSeconds - one.participantSeconds);
  const name = (row: Row): string => {
    if (row.smallGroups > 0) return t("small", { count: row.smallGroups });
    return row.name ?? t("noDepartment");
  };
  const columns: Column<Row>[] = [
    { id: "name", header: t("department"), minWidth: "140px", cell: name },
    { id: "calls", header: t("calls"), align: "end", cell: (row) => formats.number(row.calls) },
    { id: "failed", header: t("failed"), align: "end", wideOnly: true, cell: (row) => formats.number(row.failedCalls) },
    { id: "time", header: t("hours"), align: "end", cell: (row) => formats.duration(row.participantSeconds) },
    { id: "users", header: t("users"), align: "end", cell: (row) => formats.number(row.users) },
    {
      id: "perUser",
      header: t("perUser"),
      align: "end",
      wideOnly: true,
      cell: (row) => (row.users === 0 ? "–" : formats.number(row.calls / row.users, 1)),
    },
  ];
  const first = usage.slice(0, SHOWN);
  return (
    <Section className={props.className} title={t("byDepartment")} hint={t("byDepartmentAbout")}>
      <Chart
        name={t("byDepartment")}
        axis={t("department")}
        horizontal
        labels={first.map(name)}
        series={[{ name: t("hours"), values: first.map((row) => row.participantSeconds / HOUR) }]}
        format={(value) => `${formats.number(value, 1)} h`}
        height={Math.max(160, 40 + first.length * 26)}
      />
      <DataGrid
        caption={`${t("byDepartment")}: ${t("chart.table")}`}
        columns={columns}
        rows={usage}
        rowKey={(row) => `${row.key} ${row.smallGroups}`}
        empty={t("empty")}
      />
    </Section>
  );
}
