import { Badge } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { usePages } from "@/api/usePages";
import { useTenant } from "@/app/tenant";
import { IdlePeopleDocument, type IdlePeopleQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Export, type ExportProps } from "@/parts/Export";
import { Failed } from "@/parts/Failed";
import { Freshness } from "@/parts/Freshness";
import { PageHeader } from "@/parts/PageHeader";
import { Stale } from "@/parts/Stale";
import { Unknown } from "@/parts/Unknown";
import { usePaging } from "@/parts/usePaging";
import { dayIn } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { PersonLink } from "./PersonLink";

type Row = NonNullable<IdlePeopleQuery["tenant"]>["at"]["idleLicences"]["nodes"][number];

/** Seats nobody used, with who holds them, the longest quiet first. */
export function IdleSeats(props: {
  readonly department: string;
  readonly sku: string;
  readonly filters: ReactNode;
}): React.JSX.Element {
  const { t } = useWords("People");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const paging = usePaging(JSON.stringify([tenant.id, moment.variables, props.department, props.sku]));
  const list = {
    tenant: tenant.id,
    ...moment.variables,
    department: props.department || null,
    sku: props.sku || null,
  };
  const asked = useAsk(IdlePeopleDocument, { ...list, first: paging.first, after: paging.after });
  const pages = usePages(IdlePeopleDocument, list, (data) => data.tenant?.at.idleLicences);
  const at = asked.before?.tenant?.at;
  const day = (instant: string): string => formats.day(dayIn(new Date(instant), moment.timeZone));
  const columns: Column<Row>[] = [
    {
      id: "name",
      header: t("column.name"),
      minWidth: "160px",
      cell: (row) => <PersonLink user={row.userId}>{row.userName ?? t("unknownName")}</PersonLink>,
    },
    {
      id: "department",
      header: t("column.department"),
      wideOnly: true,
      cell: (row) => row.department ?? <Unknown why={t("person.notTold")} />,
    },
    {
      id: "kind",
      header: t("column.kind"),
      wideOnly: true,
      cell: (row) => (row.user == null ? t("noDirectory") : t(`kind.${row.user.kind}`)),
    },
    { id: "licence", header: t("column.licence"), minWidth: "140px", cell: (row) => row.sku.name },
    { id: "heldSince", header: t("column.heldSince"), wideOnly: true, cell: (row) => day(row.heldSince) },
    {
      id: "quietSince",
      header: t("column.quietSince"),
      cell: (row) => (row.quietSince == null ? t("activity.NEVER") : day(row.quietSince)),
    },
    {
      id: "verdict",
      header: t("column.verdict"),
      cell: (row) => (
        <>
          {t(`verdict.${row.verdict}`)}{" "}
          {row.suspected && (
            <Badge appearance="tint" color="warning" style={{ whiteSpace: "nowrap" }}>
              {t("suspected")}
            </Badge>
          )}
        </>
      ),
    },
  ];
  const file: ExportProps<Row>["columns"] = [
    { header: t("column.name"), value: (row) => row.userName },
    { header: t("column.department"), value: (row) => row.department },
    { header: t("column.kind"), value: (row) => row.user && t(`kind.${row.user.kind}`) },
    { header: t("column.licence"), value: (row) => row.sku.name },
    { header: t("column.heldSince"), value: (row) => row.heldSince },
    { header: t("column.quietSince"), value: (row) => row.quietSince },
    { header: t("column.verdict"), value: (row) => t(`verdict.${row.verdict}`) },
  ];
  return (
    <>
      <PageHeader
        title={t("title")}
        sub={
          <>
            {t("aboutIdle")} {at && <Freshness value={at.freshness} timeZone={moment.timeZone} />}
          </>
        }
        actions={
          <>
            <Stale stale={asked.stale} />
            <Export name={`idle-seats-${moment.day}`} columns={file} page={pages} />
          </>
        }
      />
      {props.filters}
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {(at !== undefined || asked.trouble === null) && (
        <DataGrid
          caption={t("caption")}
          columns={columns}
          rows={at?.idleLicences.nodes}
          rowKey={(row) => `${row.userId} ${row.sku.skuId}`}
          waiting={asked.data === undefined}
          empty={at?.beforeFirstFact ? t("nothingKnown") : t("empty")}
          emptyHint={t("emptyHint")}
          paging={paging}
          pageInfo={at?.idleLicences.pageInfo}
        />
      )}
    </>
  );
}
