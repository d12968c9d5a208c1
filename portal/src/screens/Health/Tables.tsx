import { Badge } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { Section } from "@/parts/Section";
import type { TableRow, useTables } from "./useTables";

/** How far each table of the read side has come, as it changes. */
export function Tables(props: {
  readonly tables: ReturnType<typeof useTables>;
  readonly className?: string;
}): React.JSX.Element {
  const { rows, trouble, again } = props.tables;
  const { t } = useWords("Health");
  const formats = useFormats();
  const columns: Column<TableRow>[] = [
    { id: "table", header: t("tables.table"), cell: (row) => <code>{row.projection}</code> },
    {
      id: "taken",
      header: t("tables.taken"),
      align: "end",
      wideOnly: true,
      cell: (row) => formats.number(Number(row.position)),
    },
    { id: "behind", header: t("tables.behind"), align: "end", cell: (row) => formats.number(Number(row.behind)) },
    { id: "state", header: t("tables.state"), cell: (row) => <State row={row} /> },
  ];
  return (
    <Section className={props.className} title={t("tables.title")} hint={t("tables.about")}>
      {trouble !== null && <Failed trouble={trouble} onRetry={again} />}
      {(rows !== undefined || trouble === null) && (
        <DataGrid
          caption={t("tables.caption")}
          columns={columns}
          rows={rows}
          rowKey={(row) => row.projection}
          empty={t("tables.waiting")}
        />
      )}
    </Section>
  );
}

function State({ row }: { readonly row: TableRow }): React.JSX.Element {
  const { t } = useWords("Health");
  if (row.stopped > 0)
    return (
      <Badge appearance="tint" style={{ whiteSpace: "nowrap" }} color="danger">
        {t("tables.stopped", { count: row.stopped })}
      </Badge>
    );
  if (row.failed > 0)
    return (
      <Badge appearance="tint" style={{ whiteSpace: "nowrap" }} color="danger">
        {t("tables.failed", { count: row.failed })}
      </Badge>
    );
  if (row.underWay > 0)
    return (
      <Badge appearance="tint" style={{ whiteSpace: "nowrap" }} color="informative">
        {t("tables.building")}
      </Badge>
    );
  if (row.behind !== "0")
    return (
      <Badge appearance="tint" style={{ whiteSpace: "nowrap" }} color="warning">
        {t("tables.catching")}
      </Badge>
    );
  return (
    <Badge appearance="tint" style={{ whiteSpace: "nowrap" }} color="success">
      {t("tables.fine")}
    </Badge>
  );
}
