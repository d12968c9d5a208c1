import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant } from "@/app/tenant";
import type { SkusDetailQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Chart } from "@/parts/Chart";
import { Empty } from "@/parts/Empty";
import { drawn } from "@/screens/Costs/lines";

/** Units and seats of a product over time, and what they cost a month; each as a chart with its table. */
export function Trend(props: {
  readonly points: NonNullable<SkusDetailQuery["tenant"]>["at"]["licenceTrend"];
}): ReactElement {
  const { t } = useWords("Skus");
  const formats = useFormats();
  const { currency } = useTenant();
  const { points } = props;
  if (points.length === 0) return <Empty title={t("list.empty")} hint={t("list.emptyWhat")} />;
  const labels = points.map(({ on }) => formats.day(on));
  return (
    <>
      <Chart
        name={t("detail.trend")}
        axis={t("detail.on")}
        labels={labels}
        series={[
          { name: t("detail.enabled"), kind: "line", values: points.map(({ enabled }) => enabled ?? null) },
          { name: t("detail.held"), kind: "area", values: points.map(({ held }) => held) },
        ]}
        format={(value) => formats.number(value)}
      />
      <Chart
        name={t("detail.trendCost")}
        axis={t("detail.on")}
        height={200}
        labels={labels}
        series={[
          {
            name: t("detail.runRate"),
            kind: "line",
            values: points.map(({ runRate, unpricedUnits }) =>
              unpricedUnits > 0 && runRate.byCurrency.length === 0 ? null : drawn(runRate),
            ),
          },
        ]}
        format={(value) => formats.money({ amount: String(value), currency })}
        shortFormat={(value) => formats.shortMoney(value, currency)}
      />
    </>
  );
}
