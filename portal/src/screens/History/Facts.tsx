import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useRights, useTenant } from "@/app/tenant";
import { LoggedFactsDocument, type LoggedFactsQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { ChoicesFilter, FilterBar, TextFilter } from "@/parts/FilterBar";
import { usePaging } from "@/parts/usePaging";
import { useParameter, useParameters } from "@/parts/useParameter";
import { isDay, plusDays, startOf } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { Proof } from "./Proof";

type Row = NonNullable<LoggedFactsQuery["tenant"]>["events"]["nodes"][number];

/** Kinds of facts, by the stable names they are stored under. */
const TYPES = [
  "AccountDisabled",
  "AccountEnabled",
  "CallCompleted",
  "CallDetailDropped",
  "CallRetentionSet",
  "CallRevised",
  "CallsMissing",
  "CallsReconciled",
  "CapabilityChanged",
  "ConsentGranted",
  "ConsentWithdrawn",
  "DataExported",
  "DirectRoutingCallLogged",
  "ExchangeRateSet",
  "ExemptionLifted",
  "FindingDecided",
  "LicenceAssigned",
  "LicenceAssignmentFailed",
  "LicenceChanged",
  "LicenceRemoved",
  "PermissionsChanged",
  "PersonExported",
  "PersonsShown",
  "PolicyChanged",
  "PriceSet",
  "PriceWithdrawn",
  "ProfileChanged",
  "PstnCallCharged",
  "RateCardSet",
  "RenewalScheduled",
  "SeatExempted",
  "SeatsChanged",
  "SkuLapsed",
  "SkuSubscribed",
  "SnapshotFailed",
  "SnapshotTaken",
  "SubscriptionCreated",
  "SubscriptionLost",
  "SubscriptionRenewed",
  "TenantInvited",
  "TenantOffboarded",
  "UsageReportsRead",
  "UserDeleted",
  "UserDiscovered",
  "UserErased",
  "UserSignedIn",
  "WorkloadUsed",
] as const;

const useStyles = makeStyles({
  state: {
    margin: 0,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
  stream: { overflowWrap: "anywhere" },
  foot: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalM, marginTop: "8px" },
});

/** The log itself, fact by fact, each provable. */
export function Facts(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("History");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const rights = useRights();
  const [types, setTypes] = useParameters("types");
  const [since, setSince] = useParameter("since");
  const [until, setUntil] = useParameter("until");
  const [open, setOpen] = useState<string | null>(null);
  const [proving, setProving] = useState<string | null>(null);
  const last = isDay(until) && until < moment.day ? until : moment.day;
  const filter = {
    types: types.length === 0 ? null : types,
    since: isDay(since) ? startOf(since, moment.timeZone).toISOString() : null,
    until: moment.asOf === null && !isDay(until) ? null : startOf(plusDays(last, 1), moment.timeZone).toISOString(),
    knownAt: moment.knownAt,
  };
  const paging = usePaging(JSON.stringify([tenant.id, filter]));
  const asked = useAsk(LoggedFactsDocument, { tenant: tenant.id, ...filter, first: paging.first, after: paging.after });
  const page = asked.before?.tenant?.events;
  const columns: Column<Row>[] = [
    { id: "position", header: t("changes.position"), cell: (row) => formats.number(Number(row.position)) },
    { id: "name", header: t("facts.name"), minWidth: "150px", cell: (row) => <span lang="en">{row.name}</span> },
    {
      id: "stream",
      header: t("facts.stream"),
      wideOnly: true,
      cell: (row) => <span className={styles.stream}>{row.stream}</span>,
    },
    { id: "happened", header: t("changes.happened"), cell: (row) => formats.instant(row.happenedAt, moment.timeZone) },
    {
      id: "recorded",
      header: t("changes.recorded"),
      wideOnly: true,
      cell: (row) => formats.instant(row.recordedAt, moment.timeZone),
    },
  ];
  return (
    <>
      <FilterBar
        active={types.length > 0 || since !== "" || until !== ""}
        onClear={() => {
          setTypes([]);
          setSince("");
          setUntil("");
        }}
      >
        <ChoicesFilter
          label={t("facts.type")}
          values={types}
          choices={TYPES.map((each) => ({ value: each, label: each }))}
          onChange={setTypes}
        />
        <TextFilter type="date" label={t("filter.since")} value={since} onChange={setSince} />
        <TextFilter type="date" label={t("filter.until")} value={until} onChange={setUntil} />
      </FilterBar>
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {(page !== undefined || asked.trouble === null) && (
        <DataGrid
          caption={t("facts.caption")}
          columns={columns}
          rows={page?.nodes}
          rowKey={(row) => row.position}
          waiting={asked.data === undefined}
          empty={t("facts.empty")}
          emptyHint={t("facts.emptyHint")}
          paging={paging}
          pageInfo={page?.pageInfo}
          open={open}
          onOpen={setOpen}
          rowName={(row) => `${row.name} ${row.position}`}
          detail={(row) => (
            <>
              <pre className={styles.state} lang="en">
                {JSON.stringify(row.state, null, 2)}
              </pre>
              <div className={styles.foot}>
                <Text size={200}>
                  {t("facts.cause", { cause: row.cause })} · {t("facts.version")} {row.version}
                </Text>
                {rights.audit && (
                  <Button size="small" onClick={() => setProving(row.position)}>
                    {t("changes.prove")}
                  </Button>
                )}
              </div>
            </>
          )}
        />
      )}
      <Proof position={proving} onClose={() => setProving(null)} />
    </>
  );
}
