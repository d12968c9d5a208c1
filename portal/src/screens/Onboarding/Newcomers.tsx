import { Badge, makeStyles, ProgressBar, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { useWords } from "@/i18n/words";
import type { NewcomerPartsFragment, OnboardingQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import type { Paging } from "@/parts/usePaging";
import { TextLink } from "../People/PersonLink";
import { FirstData } from "./FirstData";
import { InvitationActions } from "./InvitationActions";
import type { Made } from "./LinkCard";
import { StepList } from "./StepList";
import { progress, STEPS } from "./steps";

type Row = NewcomerPartsFragment;

const useStyles = makeStyles({
  bar: { minWidth: "90px", marginTop: "6px" },
  narrow: { "@media (min-width: 900px)": { display: "none" } },
  small: { display: "block", color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS },
});

/** Customers with how far each has come; opened, what to do and the first data. */
export function Newcomers(props: {
  readonly page: OnboardingQuery["tenants"] | undefined;
  readonly paging: Paging;
  readonly onMade: (made: Made) => void;
  /** More has arrived of the customer that is open. */
  readonly onAdvanced: () => void;
}): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Onboarding");
  const formats = useFormats();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<Row>[] = [
    {
      id: "customer",
      header: t("customer"),
      minWidth: "120px",
      cell: (row) => (
        <>
          <TextLink to={`/t/${encodeURIComponent(row.id)}/health`}>{row.name}</TextLink>
          <span className={styles.small}>{row.domain ?? t("noDomain")}</span>
        </>
      ),
    },
    {
      id: "state",
      header: t("state"),
      wideOnly: true,
      cell: (row) => (
        <>
          <Badge
            appearance="tint"
            color={row.state === "CONSENTED" ? "success" : row.state === "INVITED" ? "informative" : "danger"}
          >
            {t(`states.${row.state}`)}
          </Badge>
          {row.consent.since != null && (
            <span className={styles.small}>{t("since", { date: formats.instant(row.consent.since) })}</span>
          )}
        </>
      ),
    },
    {
      id: "progress",
      header: t("progressHead"),
      cell: (row) => {
        const done = Math.round(progress(row) * STEPS.length);
        const text = t("progress", { done, all: STEPS.length });
        return (
          <>
            {text}
            <ProgressBar className={styles.bar} value={progress(row)} aria-label={`${row.name}: ${text}`} />
          </>
        );
      },
    },
    {
      id: "steps",
      header: t("steps"),
      wideOnly: true,
      cell: (row) => <StepList row={row} />,
    },
  ];
  return (
    <DataGrid
      caption={t("caption")}
      columns={columns}
      rows={props.page?.nodes}
      rowKey={(row) => row.id}
      empty={t("empty")}
      emptyHint={t("emptyHint")}
      paging={props.paging}
      pageInfo={props.page?.pageInfo}
      open={open}
      onOpen={setOpen}
      rowName={(row) => row.name}
      detail={(row) => (
        <div className={styles.stack}>
          <div className={styles.narrow}>
            <StepList row={row} />
          </div>
          {row.consent.advice != null && <Text lang="en">{row.consent.advice}</Text>}
          {row.consent.missingPermissions.length > 0 && (
            <Text>{t("missing", { list: formats.list(row.consent.missingPermissions) })}</Text>
          )}
          {row.freshness.lastFailure != null && row.freshness.lastFailureAt != null && (
            <Text>
              {t("failure", { code: row.freshness.lastFailure, date: formats.instant(row.freshness.lastFailureAt) })}
            </Text>
          )}
          <InvitationActions row={row} onMade={props.onMade} />
          <FirstData tenant={row.id} name={row.name} onAdvanced={props.onAdvanced} />
        </div>
      )}
    />
  );
}
