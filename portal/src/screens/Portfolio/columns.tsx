import { Badge, makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useSearchParams } from "react-router";
import type { PortfolioQuery, Tier } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import type { Column } from "@/parts/DataGrid";
import { MoneySum } from "@/parts/Money";
import { Unknown } from "@/parts/Unknown";
import { momentSearch } from "@/time/moment";
import { TextLink } from "../People/PersonLink";
import { shareOf } from "./shares";

export type Row = PortfolioQuery["portfolio"]["nodes"][number];

const useStyles = makeStyles({
  small: { display: "block", color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

/** A customer's figures, one a column; each tier of waste has its own. */
export function useColumns(): Column<Row>[] {
  const styles = useStyles();
  const { t } = useWords("Portfolio");
  const formats = useFormats();
  const [search] = useSearchParams();
  const small = (text: ReactNode): ReactNode => <span className={styles.small}>{text}</span>;
  const part = (row: Row, sum: Row["runRate"]): ReactNode => {
    const share = shareOf(sum, row.runRate);
    return share === null ? null : small(t("share", { share: formats.percent(share) }));
  };
  const waste = (row: Row, tier: Tier): ReactNode => {
    if (row.freshness.collectedAt == null) return <Unknown />;
    const found = row.waste.find((each) => each.tier === tier);
    if (found === undefined) return t("nothing");
    return (
      <>
        {found.saving.byCurrency.length === 0 ? (
          <Unknown why={t("noPrice")} />
        ) : (
          <MoneySum value={found.saving} whole />
        )}
        {small(t("seatsOf", { count: found.seats }))}
        {part(row, found.saving)}
      </>
    );
  };
  const percent = (share: number | null | undefined): ReactNode =>
    share == null ? <Unknown why={t("noPrice")} /> : formats.percent(share);
  return [
    {
      id: "customer",
      header: t("customer"),
      sort: "NAME",
      minWidth: "140px",
      cell: (row) => (
        <>
          <TextLink to={`/t/${encodeURIComponent(row.tenantId)}/overview${momentSearch(search)}`}>{row.name}</TextLink>
          {row.state !== "CONSENTED" && (
            <>
              {" "}
              <Badge appearance="tint" color="danger">
                {t(`states.${row.state}`)}
              </Badge>
            </>
          )}
        </>
      ),
    },
    {
      id: "runRate",
      header: t("runRate"),
      sort: "RUN_RATE",
      align: "end",
      cell: (row) => (
        <>
          <MoneySum value={row.freshness.collectedAt == null ? null : row.runRate} whole />
          {row.pricedCoverage != null &&
            row.pricedCoverage < 1 &&
            small(t("priced", { share: formats.percent(row.pricedCoverage) }))}
        </>
      ),
    },
    {
      id: "certain",
      header: t("certain"),
      sort: "GUARANTEED_SHARE",
      align: "end",
      cell: (row) => waste(row, "GUARANTEED"),
    },
    { id: "likely", header: t("likely"), sort: "LIKELY_SHARE", align: "end", cell: (row) => waste(row, "LIKELY") },
    { id: "review", header: t("review"), align: "end", wideOnly: true, cell: (row) => waste(row, "REVIEW") },
    {
      id: "unassigned",
      header: t("unassigned"),
      sort: "UNASSIGNED_SHARE",
      align: "end",
      wideOnly: true,
      cell: (row) => (
        <>
          <MoneySum value={row.unassigned} whole />
          {part(row, row.unassigned)}
        </>
      ),
    },
    {
      id: "active",
      header: t("active"),
      sort: "UTILISATION_ACTIVE",
      align: "end",
      wideOnly: true,
      cell: (row) => (
        <>
          {percent(row.utilisationActive)}
          {row.utilisationAssigned != null && small(t("assigned", { share: formats.percent(row.utilisationAssigned) }))}
        </>
      ),
    },
    {
      id: "seats",
      header: t("seats"),
      sort: "SEATS",
      align: "end",
      wideOnly: true,
      cell: (row) =>
        row.freshness.collectedAt == null ? (
          <Unknown />
        ) : (
          <>
            {formats.number(row.seats)}
            {small(t("people", { count: row.people }))}
          </>
        ),
    },
    {
      id: "fresh",
      header: t("fresh"),
      wideOnly: true,
      cell: ({ freshness }) => (
        <>
          <Badge appearance="tint" color={freshness.complete ? "success" : "warning"} style={{ whiteSpace: "nowrap" }}>
            {t(!freshness.complete ? "incomplete" : freshness.estimated ? "estimated" : "complete")}
          </Badge>
          {small(freshness.collectedAt == null ? t("never") : formats.ago(freshness.collectedAt))}
        </>
      ),
    },
  ];
}
