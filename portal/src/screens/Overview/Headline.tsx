import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { OverviewFiguresQuery, OverviewSavingsQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Figure, Figures } from "@/parts/Figure";
import { MoneySum } from "@/parts/Money";
import { Unknown } from "@/parts/Unknown";
import { plusDays } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { shareOf } from "./shares";

type View = NonNullable<OverviewFiguresQuery["tenant"]>["at"];
type Savings = NonNullable<OverviewSavingsQuery["tenant"]>["at"]["savings"];

/** The six figures at the top. `savings` comes with an answer of its own; `waiting`: it is on its way. */
export function Headline(props: {
  readonly view: View;
  readonly savings: Savings | undefined;
  readonly waiting: boolean;
}): ReactElement {
  const { view, savings } = props;
  const { t } = useWords("Overview");
  const formats = useFormats();
  const { link } = useMoment();
  const { utilisation, costs } = view;
  const month = costs == null ? "" : formats.month(costs.month);
  const share = shareOf(costs?.wasted.total.cost?.total, costs?.total.cost?.total);
  const guaranteed = savings?.byTier.find(({ tier }) => tier === "GUARANTEED");
  const waiting = props.waiting ? <span aria-busy="true">…</span> : undefined;
  return (
    <Figures>
      <Figure
        label={t("runRate.label")}
        value={<MoneySum value={utilisation?.runRate} whole />}
        unit={t("runRate.unit")}
        hint={
          utilisation == null
            ? undefined
            : t(utilisation.unpricedUnits > 0 ? "runRate.unpriced" : "runRate.hint", {
                units: formats.number(utilisation.units),
                unpriced: formats.number(utilisation.unpricedUnits),
              })
        }
        to={link("costs")}
      />
      {costs != null && (
        <>
          <Figure
            label={t("spent.label", { month })}
            value={<MoneySum value={costs.total.cost} whole />}
            hint={
              costs.complete ? t("spent.complete") : t("spent.hint", { day: formats.day(plusDays(costs.until, -1)) })
            }
            to={link("costs", { month: costs.month })}
          />
          <Figure
            label={t("wasted.label", { month })}
            value={<MoneySum value={costs.wasted.total.cost} whole />}
            hint={[
              share === null ? t("wasted.hint") : t("wasted.share", { share: formats.percent(share) }),
              ...(costs.wasted.total.unpricedSeatDays > 0 ? [t("wasted.unpriced")] : []),
            ].join("; ")}
            to={link("worklist")}
          />
        </>
      )}
      <Figure
        label={t("utilisation.label")}
        value={utilisation?.assigned == null ? <Unknown /> : formats.percent(utilisation.assigned)}
        unit={utilisation?.assigned == null ? undefined : t("utilisation.unit")}
        hint={
          utilisation?.active == null
            ? t("utilisation.unknown")
            : t("utilisation.active", { share: formats.percent(utilisation.active) })
        }
        to={link("skus")}
      />
      <Figure
        label={t("cashable.label")}
        value={waiting ?? <MoneySum value={guaranteed?.cashableIn12Months} whole />}
        hint={
          guaranteed === undefined
            ? "\u00a0"
            : t("cashable.hint", { seats: formats.number(guaranteed.cashableSeats) }) +
              (guaranteed.undatedSeats > 0
                ? t("cashable.undated", { seats: formats.number(guaranteed.undatedSeats) })
                : "")
        }
        to={link("worklist", { tier: "GUARANTEED" })}
      />
      <Figure
        label={t("realised.label")}
        value={waiting ?? <MoneySum value={savings?.realised.monthly} whole />}
        unit={t("realised.unit")}
        hint={savings == null ? "\u00a0" : t("realised.hint", { count: savings.realised.seats })}
        to={link("worklist")}
      />
    </Figures>
  );
}
