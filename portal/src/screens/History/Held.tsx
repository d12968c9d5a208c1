import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { HeldOnDayDocument, type HeldOnDayQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { ChoiceFilter, FilterBar, TextFilter } from "@/parts/FilterBar";
import { Freshness } from "@/parts/Freshness";
import { Stale } from "@/parts/Stale";
import { Unknown } from "@/parts/Unknown";
import { usePaging } from "@/parts/usePaging";
import { useParameter } from "@/parts/useParameter";
import { dayIn } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { PersonLink } from "../People/PersonLink";
import { usePath } from "./words";

type Row = NonNullable<HeldOnDayQuery["tenant"]>["at"]["users"]["nodes"][number];

const KINDS = ["PERSON", "GUEST", "ROOM", "PHONE_RESOURCE", "AGENT", "UNKNOWN"] as const;

const useStyles = makeStyles({
  about: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS, marginBottom: tokens.spacingVerticalM },
  list: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: tokens.spacingVerticalXS },
  how: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

/** Every user of the directory with the licences held at the end of the day on screen. */
export function Held(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("History");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const [department, setDepartment] = useParameter("department");
  const [kind, setKind] = useParameter("kind");
  const [enabled, setEnabled] = useParameter("enabled");
  const filter = {
    department: department || null,
    kind: KINDS.find((each) => each === kind) ?? null,
    enabled: enabled === "" ? null : enabled === "yes",
  };
  const paging = usePaging(JSON.stringify([tenant.id, moment.variables, filter]), 25);
  const asked = useAsk(HeldOnDayDocument, {
    tenant: tenant.id,
    ...moment.variables,
    first: paging.first,
    after: paging.after,
    filter,
  });
  const at = asked.before?.tenant?.at;
  const columns: Column<Row>[] = [
    {
      id: "person",
      header: t("person"),
      minWidth: "150px",
      cell: (row) => <PersonLink user={row.userId}>{row.name ?? t("nameUnknown")}</PersonLink>,
    },
    {
      id: "department",
      header: t("held.department"),
      wideOnly: true,
      cell: (row) => row.department ?? <Unknown />,
    },
    { id: "licences", header: t("held.licences"), cell: (row) => <HeldBy row={row} /> },
  ];
  return (
    <>
      <div className={styles.about}>
        <Text>
          {moment.knownAt === null
            ? t("held.about", { date: formats.day(moment.day) })
            : t("held.aboutKnown", {
                date: formats.day(moment.day),
                known: formats.instant(moment.knownAt, moment.timeZone),
              })}
        </Text>
        {at !== undefined && <Freshness value={at.freshness} timeZone={moment.timeZone} />}
        <Stale stale={asked.stale} />
      </div>
      <FilterBar
        active={department !== "" || kind !== "" || enabled !== ""}
        onClear={() => [setDepartment, setKind, setEnabled].forEach((set) => set(""))}
      >
        <TextFilter label={t("filter.department")} value={department} onChange={setDepartment} />
        <ChoiceFilter
          label={t("filter.kind")}
          value={kind}
          choices={KINDS.map((each) => ({ value: each, label: t(`kind.${each}`) }))}
          onChange={setKind}
        />
        <ChoiceFilter
          label={t("filter.enabled")}
          value={enabled}
          choices={[
            { value: "yes", label: t("filter.enabledYes") },
            { value: "no", label: t("filter.enabledNo") },
          ]}
          onChange={setEnabled}
        />
      </FilterBar>
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {(at !== undefined || asked.trouble === null) && (
        <DataGrid
          caption={t("held.caption")}
          columns={columns}
          rows={at?.users.nodes}
          rowKey={(row) => row.userId}
          waiting={asked.data === undefined}
          empty={at?.beforeFirstFact ? t("nothingKnown") : t("held.empty")}
          emptyHint={t("held.emptyHint")}
          paging={paging}
          pageInfo={at?.users.pageInfo}
        />
      )}
    </>
  );
}

function HeldBy({ row }: { readonly row: Row }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("History");
  const formats = useFormats();
  const moment = useMoment();
  const path = usePath();
  if (row.holdings.length === 0) return <Text italic>{t("held.none")}</Text>;
  return (
    <ul className={styles.list}>
      {row.holdings.map((holding) => (
        <li key={`${holding.sku.skuId} ${holding.viaGroup ?? ""}`}>
          {holding.sku.name}{" "}
          <span className={styles.how} title={holding.viaGroup ?? undefined}>
            {[
              path(holding.viaGroup ?? null),
              t("held.sinceDay", { date: formats.day(dayIn(new Date(holding.heldSince), moment.timeZone)) }),
              ...(holding.disabledPlans.length > 0
                ? [t("held.plansOff", { count: holding.disabledPlans.length })]
                : []),
            ].join(" · ")}
          </span>
        </li>
      ))}
    </ul>
  );
}
