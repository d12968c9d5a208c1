import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { CostsOverMonthsDocument, type CostsOfMonthFragment } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Chart } from "@/parts/Chart";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";
import { drawn, served } from "./lines";
import { monthOf, upTo, type Month } from "./months";

/** Cost and waste of the six months up to the moment's; a click on a month shows it. */
export function OverMonths(props: { readonly onMonth: (month: Month) => void }): ReactElement {
  const { t } = useWords("Costs");
  const { id, currency } = useTenant();
  const formats = useFormats();
  const moment = useMoment();
  const last = monthOf(moment.day);
  const [m1 = last, m2 = last, m3 = last, m4 = last, m5 = last, m6 = last] = upTo(last, 6);
  const asked = useAsk(CostsOverMonthsDocument, { tenant: id, ...moment.variables, m1, m2, m3, m4, m5, m6 });
  const name = (month: CostsOfMonthFragment): string =>
    month.complete ? formats.month(month.month) : `${formats.month(month.month)} (${t("months.running")})`;
  return (
    <Section title={t("months.title")} hint={t("months.note")}>
      <Answer to={asked} height={290} keep>
        {({ tenant }) => {
          if (tenant == null) return null;
          const { at } = tenant;
          const months = [at.m1, at.m2, at.m3, at.m4, at.m5, at.m6].filter((each) => each != null);
          return (
            <Chart
              name={t("months.title")}
              axis={t("months.month")}
              labels={months.map(name)}
              series={[
                {
                  name: t("months.served"),
                  stack: "cost",
                  values: months.map(({ total, wasted }) => served(total.cost, wasted.total.cost)),
                },
                {
                  name: t("months.wasted"),
                  stack: "cost",
                  values: months.map(({ total, wasted }) => (total.cost == null ? null : drawn(wasted.total.cost))),
                },
              ]}
              format={(value) => formats.money({ amount: String(value), currency })}
              shortFormat={(value) => formats.shortMoney(value, currency)}
              onPick={(picked) => {
                const month = months[picked];
                if (month !== undefined) props.onMonth(month.month);
              }}
            />
          );
        }}
      </Answer>
    </Section>
  );
}
