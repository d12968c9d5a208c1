import { useWords } from "@/i18n/words";
import type { HealthQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Figure, Figures } from "@/parts/Figure";
import { Unknown } from "@/parts/Unknown";
import { useMoment } from "@/time/useMoment";
import type { TableRow } from "./useTables";

type Freshness = NonNullable<HealthQuery["tenant"]>["freshness"];

/** The state of a customer's data in four figures. */
export function Short(props: {
  readonly freshness: Freshness;
  /** How far the tables of this customer are. */
  readonly position: string;
  /** Undefined: not told yet. */
  readonly tables: readonly TableRow[] | undefined;
}): React.JSX.Element {
  const { freshness } = props;
  const { t } = useWords("Health");
  const formats = useFormats();
  const moment = useMoment();
  const waiting = props.tables && Math.max(0, ...props.tables.map(({ behind }) => Number(behind)));
  const word = !freshness.complete ? "incomplete" : freshness.estimated ? "estimated" : "complete";
  const when = (at: string): string => formats.instant(at, moment.timeZone);
  return (
    <Figures>
      <Figure label={t("now.title")} value={t(`now.${word}`)} hint={t(`now.${word}Why`)} />
      <Figure
        label={t("now.collected")}
        value={freshness.collectedAt == null ? t("now.never") : formats.ago(freshness.collectedAt)}
        hint={freshness.collectedAt != null && when(freshness.collectedAt)}
      />
      <Figure
        label={t("now.tabulated")}
        value={formats.number(Number(props.position))}
        unit={t("now.facts")}
        hint={
          waiting === undefined ? <Unknown /> : waiting === 0 ? t("now.upToDate") : t("now.waiting", { count: waiting })
        }
      />
      <Figure
        label={t("now.failure")}
        value={freshness.lastFailure == null ? t("now.failureNone") : <code>{freshness.lastFailure}</code>}
        hint={freshness.lastFailureAt != null && when(freshness.lastFailureAt)}
      />
    </Figures>
  );
}
