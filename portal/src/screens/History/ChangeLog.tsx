import { Badge, Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useRights, useTenant } from "@/app/tenant";
import { ChangeLogDocument, HistoryChoicesDocument, type ChangeLogQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { ChoiceFilter, FilterBar, TextFilter } from "@/parts/FilterBar";
import { usePaging } from "@/parts/usePaging";
import { useParameter } from "@/parts/useParameter";
import { isDay, plusDays, startOf } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { PersonLink } from "../People/PersonLink";
import { certaintyOf, lagOf } from "./certainty";
import { Proof } from "./Proof";
import { usePath } from "./words";

type Row = NonNullable<ChangeLogQuery["tenant"]>["licenceChanges"]["nodes"][number];

const COLOURS = { ASSIGNED: "success", CHANGED: "informative", REMOVED: "danger", FAILED: "warning" } as const;
const LATE_SECONDS = 86_400;

const useStyles = makeStyles({
  one: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS, marginBottom: "8px" },
  late: { display: "block", color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  detail: {
    display: "grid",
    gridTemplateColumns: "max-content minmax(0, 1fr)",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: 0,
  },
  value: { margin: 0, overflowWrap: "anywhere" },
});

/** Every change of a licence up to the day on screen: when it happened, when and from what it was learned, how sure that is. */
export function ChangeLog(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("History");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const rights = useRights();
  const path = usePath();
  const [sku, setSku] = useParameter("sku");
  const [user, setUser] = useParameter("user");
  const [since, setSince] = useParameter("since");
  const [until, setUntil] = useParameter("until");
  const [open, setOpen] = useState<string | null>(null);
  const [proving, setProving] = useState<string | null>(null);
  const last = isDay(until) && until < moment.day ? until : moment.day;
  const filter = {
    sku: sku || null,
    user: user || null,
    since: isDay(since) ? startOf(since, moment.timeZone).toISOString() : null,
    until: moment.asOf === null && !isDay(until) ? null : startOf(plusDays(last, 1), moment.timeZone).toISOString(),
    knownAt: moment.knownAt,
  };
  const choices = useAsk(HistoryChoicesDocument, { tenant: tenant.id, ...moment.variables }, { live: false });
  const paging = usePaging(JSON.stringify([tenant.id, filter]));
  const asked = useAsk(ChangeLogDocument, { tenant: tenant.id, ...filter, first: paging.first, after: paging.after });
  const page = asked.before?.tenant?.licenceChanges;
  const when = (instant: string): string => formats.instant(instant, moment.timeZone);
  const columns: Column<Row>[] = [
    {
      id: "person",
      header: t("person"),
      minWidth: "140px",
      cell: (row) => <PersonLink user={row.userId}>{row.userName ?? t("nameUnknown")}</PersonLink>,
    },
    {
      id: "change",
      header: t("changes.change"),
      cell: (row) => (
        <Badge appearance="tint" color={COLOURS[row.change]} style={{ whiteSpace: "nowrap" }}>
          {t(`changes.changes.${row.change}`)}
        </Badge>
      ),
    },
    { id: "product", header: t("product"), minWidth: "140px", cell: (row) => row.sku.name },
    { id: "path", header: t("path"), wideOnly: true, cell: (row) => path(row.viaGroup ?? null) },
    { id: "happened", header: t("changes.happened"), cell: (row) => when(row.happenedAt) },
    {
      id: "recorded",
      header: t("changes.recorded"),
      wideOnly: true,
      cell: (row) => (
        <>
          {when(row.recordedAt)}
          {lagOf(row) > LATE_SECONDS && (
            <span className={styles.late}>
              {t("changes.late", { lag: formats.days(Math.floor(lagOf(row) / LATE_SECONDS)) })}
            </span>
          )}
        </>
      ),
    },
    { id: "how", header: t("changes.how"), wideOnly: true, cell: (row) => t(`changes.certainty.${certaintyOf(row)}`) },
  ];
  return (
    <>
      {user !== "" && (
        <div className={styles.one}>
          <Text>{t("changes.oneUser", { name: page?.nodes[0]?.userName ?? t("nameUnknown") })}</Text>
          <Button size="small" onClick={() => setUser("")}>
            {t("changes.allUsers")}
          </Button>
        </div>
      )}
      <FilterBar
        active={[sku, since, until].some((each) => each !== "")}
        onClear={() => [setSku, setSince, setUntil].forEach((set) => set(""))}
      >
        <ChoiceFilter
          label={t("filter.product")}
          value={sku}
          choices={(choices.before?.tenant?.at.skus ?? []).map(({ skuId, name }) => ({ value: skuId, label: name }))}
          onChange={setSku}
        />
        <TextFilter type="date" label={t("filter.since")} value={since} onChange={setSince} />
        <TextFilter type="date" label={t("filter.until")} value={until} onChange={setUntil} />
      </FilterBar>
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {(page !== undefined || asked.trouble === null) && (
        <DataGrid
          caption={t("changes.caption")}
          columns={columns}
          rows={page?.nodes}
          rowKey={(row) => row.position}
          waiting={asked.data === undefined}
          empty={t("changes.empty")}
          emptyHint={t("changes.emptyHint")}
          paging={paging}
          pageInfo={page?.pageInfo}
          open={open}
          onOpen={setOpen}
          rowName={(row) => `${row.userName ?? t("nameUnknown")}, ${row.sku.name}`}
          detail={(row) => (
            <>
              <dl className={styles.detail}>
                {[
                  [t("changes.happened"), when(row.happenedAt)],
                  [t("changes.recorded"), when(row.recordedAt)],
                  [t("changes.how"), t(`changes.certainty.${certaintyOf(row)}`)],
                  [t("path"), row.viaGroup == null ? t("direct") : t("byGroup", { group: row.viaGroup })],
                  [t("changes.source"), t("changes.read", { run: row.cause })],
                  [t("changes.position"), row.position],
                  ...(row.detail == null ? [] : [[t("changes.detail"), row.detail]]),
                ].map(([name, value]) => [
                  <dt key={`${name} name`}>{name}</dt>,
                  <dd key={name} className={styles.value}>
                    {value}
                  </dd>,
                ])}
              </dl>
              {rights.audit && (
                <Button size="small" style={{ marginTop: 8 }} onClick={() => setProving(row.position)}>
                  {t("changes.prove")}
                </Button>
              )}
            </>
          )}
        />
      )}
      <Proof position={proving} onClose={() => setProving(null)} />
    </>
  );
}
