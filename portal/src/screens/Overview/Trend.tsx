import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { OverviewTrendDocument, type OverviewTrendQueryVariables } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Chart } from "@/parts/Chart";
import { Empty } from "@/parts/Empty";
import { Section } from "@/parts/Section";
import { barOf } from "./shares";

/** Units and seats, and what they cost, over the last half year. */
export function Trend({ question }: { readonly question: OverviewTrendQueryVariables }): ReactElement {
  const { t } = useWords("Overview");
  const formats = useFormats();
  const { currency } = useTenant();
  const asked = useAsk(OverviewTrendDocument, question);
  const pointsOf = (data: NonNullable<typeof asked.data>) =>
    (data.tenant?.at.licenceTrend ?? []).filter(({ enabled, held }) => enabled != null || held > 0);
  return (
    <>
      <Section title={t("trend.title")} hint={t("trend.hint")}>
        <Answer to={asked} height={290}>
          {(data) => {
            const points = pointsOf(data);
            if (points.length === 0) return <Empty title={t("trend.none")} />;
            return (
              <Chart
                name={t("trend.title")}
                axis={t("trend.axis")}
                labels={points.map(({ on }) => formats.day(on))}
                series={[
                  { name: t("trend.units"), values: points.map(({ enabled }) => enabled ?? null), kind: "line" },
                  { name: t("trend.held"), values: points.map(({ held }) => held), kind: "line" },
                ]}
                format={(value) => formats.number(value)}
              />
            );
          }}
        </Answer>
      </Section>
      <Section title={t("trend.money")} hint={t("trend.moneyHint")}>
        <Answer to={asked} height={290}>
          {(data) => {
            const points = pointsOf(data);
            if (points.length === 0) return <Empty title={t("trend.none")} />;
            return (
              <Chart
                name={t("trend.money")}
                axis={t("trend.axis")}
                labels={points.map(({ on }) => formats.day(on))}
                series={[
                  { name: t("trend.runRate"), values: points.map(({ runRate }) => barOf(runRate)), kind: "area" },
                ]}
                format={(value) => formats.money({ amount: value.toFixed(2), currency })}
                shortFormat={(value) => formats.shortMoney(value, currency)}
              />
            );
          }}
        </Answer>
      </Section>
    </>
  );
}
