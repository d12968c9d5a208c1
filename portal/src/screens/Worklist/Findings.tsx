import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { WorklistFindingsDocument, type Cause } from "@/gql/graphql";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { LinkButton } from "@/parts/LinkButton";
import { Money } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { Stale } from "@/parts/Stale";
import { Unknown } from "@/parts/Unknown";
import { usePaging } from "@/parts/usePaging";
import { useSorted } from "@/parts/useSorted";
import { useMoment } from "@/time/useMoment";
import { ActButtons, useBarred } from "./ActButtons";
import type { Intent } from "./ActDialog";
import { isFiltered, ORDERS, variablesOf, type Choice } from "./choice";
import { keyOf, seatOf, type Row, type Seat } from "./seats";
import { TierBadge } from "./TierBadge";

/** Causes for which it does not matter how long somebody was quiet. */
const UNQUIET: readonly Cause[] = ["OVERLAP", "DOWNGRADE", "GUEST_LICENSED"];

const useStyles = makeStyles({
  bar: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS, minHeight: "32px" },
  words: { marginRight: "auto" },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** The list of findings: the dearest first if nothing else is asked for, a page at a time; seats can be opened, chosen and acted upon. */
export function Findings(props: {
  readonly choice: Choice;
  readonly onOpen: (key: string) => void;
  readonly onAct: (intent: Intent, seats: readonly Seat[]) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  const { id } = useTenant();
  const moment = useMoment();
  const { sorted, onSort } = useSorted(ORDERS);
  const variables = {
    tenant: id,
    ...moment.variables,
    ...variablesOf(props.choice),
    orderBy: sorted.by,
    descending: sorted.descending,
  };
  const list = JSON.stringify(variables);
  const paging = usePaging(list);
  const asked = useAsk(WorklistFindingsDocument, { ...variables, first: paging.first, after: paging.after });
  const [chosen, setChosen] = useState<{ readonly list: string; readonly seats: ReadonlyMap<string, Seat> }>({
    list,
    seats: new Map(),
  });
  const seats: ReadonlyMap<string, Seat> = chosen.list === list ? chosen.seats : new Map<string, Seat>();
  const page = asked.before?.tenant?.at.findings;
  const barred = useBarred();
  const columns = useColumns(props.onOpen);

  const choose = (keys: ReadonlySet<string>): void => {
    const known = new Map(seats);
    for (const row of page?.nodes ?? []) {
      const seat = seatOf(row, t("list.unnamed"));
      known.set(keyOf(seat), seat);
    }
    setChosen({ list, seats: new Map([...known].filter(([key]) => keys.has(key))) });
  };
  const act = (intent: Intent): void => {
    if (seats.size === 0) return;
    props.onAct(intent, [...seats.values()]);
    setChosen({ list, seats: new Map() });
  };

  return (
    <Section
      title={t("list.title")}
      hint={t("list.sorted")}
      actions={<Stale stale={asked.asking && page !== undefined} />}
    >
      <div className={styles.bar} role="group" aria-label={t("act.label")} data-print="no">
        <Text size={200} className={styles.words} role="status">
          {barred !== null ? t(barred) : seats.size === 0 ? t("act.none") : t("act.selected", { count: seats.size })}
        </Text>
        {seats.size > 0 && (
          <Button size="small" appearance="subtle" onClick={() => choose(new Set())}>
            {t("act.clear")}
          </Button>
        )}
        <ActButtons idle={seats.size === 0} onIntent={act} />
      </div>
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {(asked.trouble === null || page !== undefined) && (
        <DataGrid
          caption={t("list.title")}
          columns={columns}
          rows={page?.nodes}
          rowKey={(row) => keyOf({ user: row.userId, sku: row.sku.skuId })}
          rowName={(row) => `${row.userName ?? t("list.unnamed")}, ${row.sku.name}`}
          waiting={asked.data === undefined}
          sorted={sorted}
          onSort={onSort}
          empty={t("list.empty")}
          emptyHint={isFiltered(props.choice) ? t("list.emptyFiltered") : t("list.emptyWhat")}
          paging={paging}
          pageInfo={page?.pageInfo}
          choosing={barred === null ? { keys: new Set(seats.keys()), onChange: choose } : undefined}
        />
      )}
    </Section>
  );
}

function useColumns(onOpen: (key: string) => void): Column<Row>[] {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  return [
    {
      id: "person",
      header: t("list.person"),
      sort: "USER",
      minWidth: "84px",
      cell: (row) => {
        const seat = seatOf(row, t("list.unnamed"));
        return (
          <LinkButton
            name={t("list.open", { person: seat.person, product: seat.product })}
            onClick={() => onOpen(keyOf(seat))}
          >
            {seat.person}
          </LinkButton>
        );
      },
    },
    { id: "product", header: t("list.product"), sort: "PRODUCT", cell: (row) => row.sku.name },
    {
      id: "department",
      header: t("list.department"),
      sort: "DEPARTMENT",
      wideOnly: true,
      cell: (row) => row.department ?? <span className={styles.quiet}>{t("list.nobody")}</span>,
    },
    { id: "cause", header: t("list.cause"), sort: "CAUSE", wideOnly: true, cell: (row) => t(`causes.${row.cause}`) },
    { id: "tier", header: t("list.tier"), sort: "TIER", wideOnly: true, cell: (row) => <TierBadge tier={row.tier} /> },
    {
      id: "quiet",
      header: t("list.quiet"),
      sort: "QUIET_SINCE",
      align: "end",
      wideOnly: true,
      cell: (row) => {
        if (row.quietDays != null) return t("list.quietDays", { count: row.quietDays });
        if (row.cause === "NEVER_USED" || row.cause === "SKU_IDLE") return t("list.never");
        return UNQUIET.includes(row.cause) ? <span className={styles.quiet}>–</span> : <Unknown />;
      },
    },
    {
      id: "saving",
      header: t("list.saving"),
      sort: "WORTH",
      align: "end",
      cell: (row) => <Money value={row.saving} />,
    },
    {
      id: "decision",
      header: t("list.decision"),
      wideOnly: true,
      cell: (row) =>
        row.decision == null ? (
          <span className={styles.quiet}>{t("list.undecided")}</span>
        ) : (
          t(`decision.${row.decision.decision}`)
        ),
    },
  ];
}
