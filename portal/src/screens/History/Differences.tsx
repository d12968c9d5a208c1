import { Badge, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { SeatDifferencesDocument, type SeatDifferencesQuery, type SeatOutcome } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { ChoiceFilter, FilterBar, TextFilter } from "@/parts/FilterBar";
import { Section } from "@/parts/Section";
import { usePaging } from "@/parts/usePaging";
import { useParameter } from "@/parts/useParameter";
import type { Day } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { PersonLink } from "../People/PersonLink";
import { pathsBegun, pathsEnded } from "./compare";
import { HeldThen } from "./HeldThen";
import { usePath } from "./words";

type Comparison = NonNullable<SeatDifferencesQuery["tenant"]>["at"]["comparedWith"];
type Row = Comparison["seats"]["nodes"][number];

const OUTCOMES: readonly SeatOutcome[] = ["GAINED", "LOST", "PATH", "PLANS"];
const COLOURS = { GAINED: "success", LOST: "danger", PATH: "informative", PLANS: "informative" } as const;

const useStyles = makeStyles({
  counts: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalM,
    alignItems: "center",
    minHeight: "32px",
  },
});

/** Seats gained, lost and held otherwise at the end of one day than at the end of another, as the API compares them. */
export function Differences({ from, to }: { readonly from: Day; readonly to: Day }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("History");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const path = usePath();
  const [chosen, setOutcome] = useParameter("outcome");
  const [sku, setSku] = useParameter("sku");
  const [department, setDepartment] = useParameter("department");
  const [open, setOpen] = useState<string | null>(null);
  const outcome = OUTCOMES.find((each) => each === chosen) ?? null;
  const filter = {
    from,
    to,
    knownAt: moment.knownAt,
    outcomes: outcome === null ? null : [outcome],
    sku: sku || null,
    department: department || null,
  };
  const paging = usePaging(JSON.stringify([tenant.id, filter]));
  const asked = useAsk(SeatDifferencesDocument, {
    tenant: tenant.id,
    ...filter,
    first: paging.first,
    after: paging.after,
  });
  const compared = asked.before?.tenant?.at.comparedWith;
  const totals = compared?.totals ?? [];
  const products = [...new Map(totals.map((each) => [each.sku.skuId, each.sku.name])).entries()];
  const columns: Column<Row>[] = [
    {
      id: "person",
      header: t("person"),
      minWidth: "150px",
      cell: (row) => <PersonLink user={row.userId}>{row.userName ?? t("nameUnknown")}</PersonLink>,
    },
    { id: "product", header: t("product"), minWidth: "140px", cell: (row) => row.sku.name },
    {
      id: "outcome",
      header: t("compare.outcome"),
      cell: (row) => (
        <Badge appearance="tint" color={COLOURS[row.outcome]} style={{ whiteSpace: "nowrap" }}>
          {t(`compare.outcomes.${row.outcome}`)}
        </Badge>
      ),
    },
    { id: "department", header: t("filter.department"), wideOnly: true, cell: (row) => row.department ?? "–" },
    {
      id: "how",
      header: t("compare.how"),
      wideOnly: true,
      cell: (row) =>
        [
          ...pathsEnded(row).map((group) => t("compare.lostBy", { path: path(group) })),
          ...pathsBegun(row).map((group) => t("compare.gainedBy", { path: path(group) })),
        ].join("; "),
    },
    {
      id: "when",
      header: t("compare.when"),
      wideOnly: true,
      cell: (row) => (row.changedAt == null ? "–" : formats.instant(row.changedAt, moment.timeZone)),
    },
  ];
  const count = (of: SeatOutcome): number =>
    totals.reduce((sum, each) => sum + (each.outcome === of ? each.seats : 0), 0);
  return (
    <Section title={t("compare.seats")} hint={t("compare.sameHint")}>
      <div className={styles.counts} role="status">
        {compared !== undefined &&
          OUTCOMES.map((each) => (
            <Text key={each}>
              {t(`compare.outcomes.${each}`)}: <strong>{t("compare.count", { count: count(each) })}</strong>
            </Text>
          ))}
      </div>
      <FilterBar
        active={[chosen, sku, department].some((each) => each !== "")}
        onClear={() => [setOutcome, setSku, setDepartment].forEach((set) => set(""))}
      >
        <ChoiceFilter
          label={t("compare.outcome")}
          value={outcome ?? ""}
          any={t("compare.all")}
          choices={OUTCOMES.map((each) => ({ value: each, label: t(`compare.outcomes.${each}`) }))}
          onChange={setOutcome}
        />
        <ChoiceFilter
          label={t("product")}
          value={sku}
          choices={products.map(([value, label]) => ({ value, label }))}
          onChange={setSku}
        />
        <TextFilter label={t("filter.department")} value={department} onChange={setDepartment} />
      </FilterBar>
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {(compared !== undefined || asked.trouble === null) && (
        <DataGrid
          caption={t("compare.caption")}
          columns={columns}
          rows={compared?.seats.nodes}
          rowKey={(row) => `${row.userId} ${row.sku.skuId}`}
          waiting={asked.data === undefined}
          empty={t("compare.same")}
          paging={paging}
          pageInfo={compared?.seats.pageInfo}
          open={open}
          onOpen={setOpen}
          rowName={(row) => `${row.userName ?? t("nameUnknown")}, ${row.sku.name}`}
          detail={(row) => <HeldThen user={row.userId} from={from} to={to} />}
        />
      )}
    </Section>
  );
}
