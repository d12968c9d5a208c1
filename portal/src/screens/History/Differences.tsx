import { Badge, Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useReadOn } from "@/api/useReadOn";
import { useTenant } from "@/app/tenant";
import { ChangesBetweenDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { ChoiceFilter } from "@/parts/FilterBar";
import { Section } from "@/parts/Section";
import { useParameter } from "@/parts/useParameter";
import { plusDays, startOf, type Day } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { PersonLink } from "../People/PersonLink";
import { differences, type Difference, type Outcome } from "./compare";
import { HeldThen } from "./HeldThen";
import { usePath } from "./words";

const PAGES = 10;
const SHOWN = 50;
const OUTCOMES: readonly Outcome[] = ["GAINED", "LOST", "PATH", "PLANS"];
const COLOURS = { GAINED: "success", LOST: "danger", PATH: "informative", PLANS: "informative" } as const;

const useStyles = makeStyles({
  filters: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM },
  counts: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalM,
    alignItems: "center",
    minHeight: "32px",
  },
  more: { marginTop: tokens.spacingVerticalS },
});

/** Seats gained, lost and changed between the ends of two days, from the changes in between. */
export function Differences({ from, to }: { readonly from: Day; readonly to: Day }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useTranslation("History");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const path = usePath();
  const [outcome, setOutcome] = useParameter("outcome");
  const [sku, setSku] = useParameter("sku");
  const [shown, setShown] = useState(SHOWN);
  const [open, setOpen] = useState<string | null>(null);
  const end = (day: Day): string => startOf(plusDays(day, 1), moment.timeZone).toISOString();
  const changes = useReadOn(
    ChangesBetweenDocument,
    { tenant: tenant.id, since: end(from), until: end(to), first: 200 },
    (data) => data.tenant?.licenceChanges,
    { pages: PAGES },
  );
  const all = differences(changes.items, moment.knownAt);
  const products = [...new Map(all.map((each) => [each.sku.skuId, each.sku.name])).entries()];
  const fitting = all.filter(
    (each) => (outcome === "" || each.outcome === outcome) && (sku === "" || each.sku.skuId === sku),
  );
  const columns: Column<Difference>[] = [
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
    {
      id: "how",
      header: t("compare.how"),
      wideOnly: true,
      cell: (row) =>
        [
          ...row.lostPaths.map((group) => t("compare.lostBy", { path: path(group) })),
          ...row.gainedPaths.map((group) => t("compare.gainedBy", { path: path(group) })),
        ].join("; "),
    },
    {
      id: "when",
      header: t("compare.when"),
      wideOnly: true,
      cell: (row) => formats.instant(row.last.happenedAt, moment.timeZone),
    },
  ];
  const rest = fitting.length - shown;
  return (
    <Section title={t("compare.seats")} hint={t("compare.sameHint")}>
      <div className={styles.filters}>
        <ChoiceFilter
          label={t("compare.outcome")}
          value={outcome}
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
      </div>
      <div className={styles.counts} role="status">
        {OUTCOMES.map((each) => (
          <Text key={each}>
            {t(`compare.outcomes.${each}`)}:{" "}
            <strong>{t("compare.count", { count: all.filter((seat) => seat.outcome === each).length })}</strong>
          </Text>
        ))}
        {changes.reading && <Text size={200}>{t("compare.reading", { count: changes.items.length })}</Text>}
        {!changes.reading && !changes.whole && changes.trouble === null && (
          <>
            <Text size={200}>{t("compare.partial", { count: changes.items.length })}</Text>
            <Button size="small" onClick={changes.more}>
              {t("compare.more")}
            </Button>
          </>
        )}
      </div>
      {changes.trouble !== null && <Failed trouble={changes.trouble} onRetry={changes.again} />}
      <DataGrid
        caption={t("compare.caption")}
        columns={columns}
        rows={changes.reading && all.length === 0 ? undefined : fitting.slice(0, shown)}
        rowKey={(row) => row.key}
        waiting={changes.reading}
        empty={t("compare.same")}
        open={open}
        onOpen={setOpen}
        rowName={(row) => `${row.userName ?? t("nameUnknown")}, ${row.sku.name}`}
        detail={(row) => <HeldThen user={row.userId} from={from} to={to} />}
      />
      {rest > 0 && (
        <Button className={styles.more} onClick={() => setShown(shown + SHOWN)}>
          {t("compare.shown", { count: Math.min(rest, SHOWN) })}
        </Button>
      )}
    </Section>
  );
}
