import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { PhoneCallsDocument, type PhoneCallsQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { Money } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { Unknown } from "@/parts/Unknown";
import { usePaging } from "@/parts/usePaging";
import { useMoment } from "@/time/useMoment";
import { PersonLink } from "../People/PersonLink";
import type { CallSpan } from "./span";

type Row = NonNullable<PhoneCallsQuery["tenant"]>["at"]["pstnCalls"]["nodes"][number];

/** Rows of the PSTN log: calls Microsoft carried, the newest first. */
export function PhoneCallList({ span }: { readonly span: CallSpan }): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const paging = usePaging(JSON.stringify([tenant.id, moment.variables, span]), 25);
  const asked = useAsk(PhoneCallsDocument, {
    tenant: tenant.id,
    ...moment.variables,
    ...span,
    first: paging.first,
    after: paging.after,
  });
  const calls = asked.before?.tenant?.at.pstnCalls;
  const told = (value: string | null | undefined): React.ReactNode => value ?? <Unknown />;
  const columns: Column<Row>[] = [
    {
      id: "when",
      header: t("phone.when"),
      minWidth: "130px",
      cell: (row) => formats.instant(row.startedAt, moment.timeZone),
    },
    { id: "who", header: t("phone.who"), cell: (row) => <Who name={row.name} user={row.userId} /> },
    { id: "from", header: t("phone.from"), wideOnly: true, cell: (row) => told(row.caller) },
    { id: "to", header: t("phone.to"), wideOnly: true, cell: (row) => told(row.callee) },
    { id: "destination", header: t("phone.destination"), wideOnly: true, cell: (row) => told(row.destination) },
    { id: "kind", header: t("phone.kind"), wideOnly: true, cell: (row) => told(row.kind) },
    {
      id: "time",
      header: t("phone.time"),
      align: "end",
      cell: (row) => (row.seconds == null ? <Unknown /> : formats.duration(row.seconds)),
    },
    { id: "charge", header: t("phone.charge"), align: "end", cell: (row) => <Money value={row.charge} /> },
    {
      id: "connection",
      header: t("phone.connection"),
      align: "end",
      wideOnly: true,
      cell: (row) => <Money value={row.connectionCharge} />,
    },
    {
      id: "record",
      header: t("phone.record"),
      wideOnly: true,
      cell: (row) => <span title={row.call?.callId}>{t(`phone.link.${row.call?.confidence ?? "none"}`)}</span>,
    },
  ];
  return (
    <Section title={t("phone.plans")}>
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {(calls !== undefined || asked.trouble === null) && (
        <DataGrid
          caption={`${t("phone.plans")}: ${t("chart.table")}`}
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

/** A user of the tenant, as the way to their page, or whatever the log calls somebody else. */
export function Who(props: {
  readonly name: string | null | undefined;
  readonly user: string | null | undefined;
}): React.JSX.Element {
  const { t } = useWords("Calls");
  if (props.user == null) return props.name == null ? <Unknown /> : <>{props.name}</>;
  return <PersonLink user={props.user}>{props.name ?? t("list.nameUnknown")}</PersonLink>;
}
