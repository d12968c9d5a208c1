import { makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";
import { useCallback, useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useSearchParams } from "react-router";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { WorklistTotalsDocument, type WorklistTotalsQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Figure, Figures } from "@/parts/Figure";
import { Freshness } from "@/parts/Freshness";
import { MoneySum } from "@/parts/Money";
import { PageHeader } from "@/parts/PageHeader";
import { orderWord } from "@/parts/sorted";
import { useSorted } from "@/parts/useSorted";
import { useMoment } from "@/time/useMoment";
import { ActDialog, type Intent } from "./ActDialog";
import { choiceOf, ORDERS, unexported, variablesOf, withChoice, type Choice } from "./choice";
import { ExportMenu } from "./ExportMenu";
import { Filters } from "./Filters";
import { FindingPanel } from "./FindingPanel";
import { Findings } from "./Findings";
import { Groups } from "./Groups";
import { Outcomes } from "./Outcomes";
import { seatNamed, type Seat } from "./seats";
import { useActions } from "./useActions";

const SEAT = "seat";

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
});

/** Seats that cost money for nothing: how many and why, one by one with the evidence, and what to do about them. */
export default function Worklist(): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  const { id } = useTenant();
  const moment = useMoment();
  const [search, setSearch] = useSearchParams();
  const choice = choiceOf(search);
  const named = seatNamed(search.get(SEAT) ?? "");
  const actions = useActions();
  const [intended, setIntended] = useState<{ readonly intent: Intent; readonly seats: readonly Seat[] } | null>(null);
  const asked = useAsk(WorklistTotalsDocument, {
    tenant: id,
    ...moment.variables,
    groupBy: choice.by,
    ...variablesOf(choice),
  });

  const choose = useCallback(
    (part: Partial<Choice>) => setSearch((before) => withChoice(before, part), { replace: true }),
    [setSearch],
  );
  const open = useCallback(
    (key: string | null) =>
      setSearch((before) => {
        const next = new URLSearchParams(before);
        if (key === null) next.delete(SEAT);
        else next.set(SEAT, key);
        return next;
      }),
    [setSearch],
  );
  const freshness = asked.before?.tenant?.at.freshness;
  const { sorted } = useSorted(ORDERS);
  const others = unexported(choice).map((name) => t(`filter.${name}`));

  return (
    <>
      <PageHeader
        title={t("title")}
        sub={freshness === undefined ? t("lead") : <Freshness value={freshness} timeZone={moment.timeZone} />}
        actions={
          <ExportMenu
            label={t("export.label")}
            csv={t("export.csv")}
            xlsx={t("export.xlsx")}
            what="findings"
            parameters={{
              ...moment.variables,
              causes: choice.causes.join(","),
              tiers: choice.tiers.join(","),
              department: choice.department,
            }}
            notes={[
              ...(others.length > 0 ? [t("export.more", { filters: others.join(", ") })] : []),
              ...(orderWord(sorted, ORDERS) !== "" ? [t("export.order")] : []),
            ]}
          />
        }
      />
      <div className={styles.stack}>
        <Answer to={asked} height={470} keep>
          {(data) => data.tenant != null && <Summary at={data.tenant.at} choice={choice} onChoose={choose} />}
        </Answer>
        {actions.acted !== null && (
          <Outcomes
            acted={actions.acted}
            onUndo={(seats) => void actions.act({ kind: "lift" }, seats)}
            onDismiss={actions.dismiss}
          />
        )}
        <div>
          <Filters choice={choice} onChoose={choose} />
          <Findings choice={choice} onOpen={open} onAct={(intent, seats) => setIntended({ intent, seats })} />
        </div>
      </div>
      {named !== null && (
        <FindingPanel
          seat={named}
          idleDays={choice.idleDays}
          onAct={(intent, seat) => setIntended({ intent, seats: [seat] })}
          onClose={() => open(null)}
        />
      )}
      {intended !== null && (
        <ActDialog
          intent={intended.intent}
          count={intended.seats.length}
          idleDays={choice.idleDays}
          onClose={() => setIntended(null)}
          onAct={(deed) => {
            setIntended(null);
            if (deed.kind === "exempt") open(null);
            void actions.act(deed, intended.seats);
          }}
        />
      )}
    </>
  );
}

function Summary(props: {
  readonly at: NonNullable<WorklistTotalsQuery["tenant"]>["at"];
  readonly choice: Choice;
  readonly onChoose: (part: Partial<Choice>) => void;
}): ReactElement {
  const { t } = useWords("Worklist");
  const formats = useFormats();
  const moment = useMoment();
  const { findingTotals: totals, beforeFirstFact } = props.at;
  const unpriced = totals.total.seats - totals.total.pricedSeats;
  return (
    <>
      {beforeFirstFact && (
        <MessageBar intent="warning">
          <MessageBarBody>{t("total.before")}</MessageBarBody>
        </MessageBar>
      )}
      <Figures>
        <Figure
          label={t("total.saving")}
          value={<MoneySum value={totals.total.saving} />}
          hint={
            unpriced > 0
              ? `${t("total.savingUnit")} · ${t("total.unpriced", { count: unpriced })}`
              : t("total.savingUnit")
          }
        />
        <Figure
          label={t("total.seats")}
          value={formats.number(totals.total.seats)}
          hint={t("total.seatsUnit", { judged: formats.number(totals.judgedSeats) })}
        />
        <Figure label={t("total.people")} value={formats.number(totals.total.people)} hint={t("total.peopleHint")} />
        <Figure
          label={t("total.exempt")}
          value={formats.number(totals.exemptSeats)}
          hint={t("total.exemptUnit")}
          to={moment.link("settings", { tab: "exemptions" })}
        />
      </Figures>
      <Groups totals={totals} choice={props.choice} onChoose={props.onChoose} />
    </>
  );
}
