import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { TrunkCallsDocument, type TrunkCallsQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { Section } from "@/parts/Section";
import { Unknown } from "@/parts/Unknown";
import { usePaging } from "@/parts/usePaging";
import { useMoment } from "@/time/useMoment";
import { Who } from "./PhoneCallList";
import type { CallSpan } from "./span";

type Row = NonNullable<TrunkCallsQuery["tenant"]>["at"]["directRoutingCalls"]["nodes"][number];

/** Rows of the Direct Routing log: calls over the customer's own trunks, the newest first. */
export function TrunkCallList({ span }: { readonly span: CallSpan }): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const paging = usePaging(JSON.stringify([tenant.id, moment.variables, span]), 25);
  const asked = useAsk(TrunkCallsDocument, {
    tenant: tenant.id,
    ...moment.variables,
    ...span,
    first: paging.first,
    after: paging.after,
  });
  const calls = asked.before?.tenant?.at.directRoutingCalls;
  const told = (value: string | null | undefined): React.ReactNode => value ?? <Unknown />;
  const outcome = (row: Row): React.ReactNode => {
    if (row.successful == null) return <Unknown />;
    if (row.successful) return t("phone.went");
    return t("phone.failedWith", { why: row.sipPhrase ?? row.sipCode ?? t("phone.notTold") });
  };
  const columns: Column<Row>[] = [
    {
      id: "when",
      header: t("phone.when"),
      minWidth: "130px",
      cell: (row) => formats.instant(row.beganAt, moment.timeZone),
    },
    { id: "who", header: t("phone.who"), cell: (row) => <Who name={row.name} user={row.userId} /> },
    { id: "from", header: t("phone.from"), wideOnly: true, cell: (row) => told(row.caller) },
    { id: "to", header: t("phone.to"), wideOnly: true, cell: (row) => told(row.callee) },
    { id: "trunk", header: t("phone.trunk"), wideOnly: true, cell: (row) => told(row.trunk) },
    { id: "kind", header: t("phone.kind"), wideOnly: true, cell: (row) => told(row.kind) },
    {
      id: "time",
      header: t("phone.time"),
      align: "end",
      cell: (row) => (row.seconds == null ? <Unknown /> : formats.duration(row.seconds)),
    },
    { id: "outcome", header: t("phone.outcome"), cell: outcome },
    {
      id: "record",
      header: t("phone.record"),
      wideOnly: true,
      cell: (row) => <span title={row.call?.callId}>{t(`phone.link.${row.call?.confidence ?? "none"}`)}</span>,
    },
  ];
  return (
    <Section title={t("phone.trunks")}>
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {(calls !== undefined || asked.trouble === null) && (
        <DataGrid
          caption={`${t("phone.trunks")}: ${t("chart.table")}`}
          columns={columns}
          rows={calls?.nodes}
          rowKey={(row) => row.id}
          waiting={asked.data === undefined}
          empty={t("phone.none")}
          paging={paging}
          pageInfo={calls?.pageInfo}
        />
      )}
    </Section>
  );
}
