import { Badge, Text } from "@fluentui/react-components";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { usePages } from "@/api/usePages";
import { useTenant } from "@/app/tenant";
import { PeopleDocument, type PeopleQuery, type UserFilter, type UserOrder } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Export, type ExportProps } from "@/parts/Export";
import { Failed } from "@/parts/Failed";
import { Freshness } from "@/parts/Freshness";
import { PageHeader } from "@/parts/PageHeader";
import type { Orders } from "@/parts/sorted";
import { Stale } from "@/parts/Stale";
import { Unknown } from "@/parts/Unknown";
import { usePaging } from "@/parts/usePaging";
import { useSorted } from "@/parts/useSorted";
import { useMoment } from "@/time/useMoment";
import { ActivityWord } from "./ActivityWord";
import { PersonLink } from "./PersonLink";
import { nameOf } from "./words";

type Row = NonNullable<PeopleQuery["tenant"]>["at"]["users"]["nodes"][number];

const NAMED = 2;

const ORDERS: Orders<UserOrder> = { all: ["NAME", "DEPARTMENT"], first: "NAME", down: [] };

/** All users of the directory at the moment that fit the filter, in the order asked for. */
export function Everybody(props: { readonly filter: UserFilter; readonly filters: ReactNode }): React.JSX.Element {
  const { t } = useWords("People");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const { sorted, onSort } = useSorted(ORDERS);
  const paging = usePaging(JSON.stringify([tenant.id, moment.variables, props.filter, sorted]));
  const list = {
    tenant: tenant.id,
    ...moment.variables,
    filter: props.filter,
    orderBy: sorted.by,
    descending: sorted.descending,
  };
  const asked = useAsk(PeopleDocument, { ...list, first: paging.first, after: paging.after });
  const pages = usePages(PeopleDocument, list, (data) => data.tenant?.at.users);
  const at = asked.before?.tenant?.at;
  const told = (value: string | null | undefined): ReactNode => value ?? <Unknown why={t("person.notTold")} />;
  const columns: Column<Row>[] = [
    {
      id: "name",
      header: t("column.name"),
      sort: "NAME",
      minWidth: "96px",
      cell: (row) => <PersonLink user={row.userId}>{nameOf(row, t)}</PersonLink>,
    },
    {
      id: "department",
      header: t("column.department"),
      sort: "DEPARTMENT",
      wideOnly: true,
      cell: (row) => told(row.department),
    },
    { id: "country", header: t("column.country"), wideOnly: true, cell: (row) => told(row.country) },
    {
      id: "kind",
      header: t("column.kind"),
      wideOnly: true,
      cell: (row) => (
        <>
          {t(`kind.${row.kind}`)}{" "}
          {row.kindConfidence === "LOW" && (
            <Badge appearance="tint" color="warning">
              {t("unsure")}
            </Badge>
          )}
        </>
      ),
    },
    {
      id: "account",
      header: t("column.account"),
      wideOnly: true,
      cell: (row) => t(row.enabled ? "enabled" : "disabled"),
    },
    { id: "licences", header: t("column.licences"), minWidth: "110px", cell: (row) => <Licences row={row} /> },
    {
      id: "activity",
      header: t("column.activity"),
      cell: (row) => <ActivityWord activity={row.activity} timeZone={moment.timeZone} />,
    },
  ];
  return (
    <>
      <PageHeader
        title={t("title")}
        sub={
          <>
            {t("about", { date: formats.day(moment.day) })}{" "}
            {at && <Freshness value={at.freshness} timeZone={moment.timeZone} />}
          </>
        }
        actions={
          <>
            <Stale stale={asked.stale} />
            <Export name={`people-${moment.day}`} columns={fileOf(t)} page={pages} />
          </>
        }
      />
      {props.filters}
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {(at !== undefined || asked.trouble === null) && (
        <DataGrid
          caption={t("caption")}
          columns={columns}
          rows={at?.users.nodes}
          rowKey={(row) => row.userId}
          waiting={asked.data === undefined}
          sorted={sorted}
          onSort={onSort}
          empty={at?.beforeFirstFact ? t("nothingKnown") : t("empty")}
          emptyHint={t("emptyHint")}
          paging={paging}
          pageInfo={at?.users.pageInfo}
        />
      )}
    </>
  );
}

/** The columns of the file. What is not known is an empty cell. */
function fileOf(t: TFunction<"People">): ExportProps<Row>["columns"] {
  return [
    { header: t("column.name"), value: (row) => nameOf(row, t) },
    { header: t("person.userPrincipalName"), value: (row) => row.userPrincipalName },
    { header: t("column.department"), value: (row) => row.department },
    { header: t("column.country"), value: (row) => row.country },
    { header: t("column.kind"), value: (row) => t(`kind.${row.kind}`) },
    { header: t("column.account"), value: (row) => t(row.enabled ? "enabled" : "disabled") },
    { header: t("column.licences"), value: (row) => productsOf(row).join("; ") },
    { header: t("column.activity"), value: (row) => t(`activity.${row.activity.state}`) },
    { header: t("column.quietSince"), value: (row) => row.activity.quietSince },
  ];
}

function productsOf(row: Row): readonly string[] {
  return [...new Map(row.holdings.map(({ sku }) => [sku.skuId, sku.name])).values()];
}

function Licences({ row }: { readonly row: Row }): React.JSX.Element {
  const { t } = useWords("People");
  const names = productsOf(row);
  if (names.length === 0) return <Text italic>{t("noLicence")}</Text>;
  const rest = names.slice(NAMED);
  return (
    <>
      {names.slice(0, NAMED).join(", ")}
      {rest.length > 0 && <span title={rest.join(", ")}> {t("more", { count: rest.length })}</span>}
    </>
  );
}
