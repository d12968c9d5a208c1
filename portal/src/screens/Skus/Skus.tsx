import { makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { SkusListDocument, type SkusListQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Empty } from "@/parts/Empty";
import { Figure, Figures } from "@/parts/Figure";
import { Freshness } from "@/parts/Freshness";
import { MoneySum } from "@/parts/Money";
import { PageHeader } from "@/parts/PageHeader";
import { Unknown } from "@/parts/Unknown";
import { useParameter } from "@/parts/useParameter";
import { monthOf, plusDays } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { ProductDetail } from "./ProductDetail";
import { Products } from "./Products";
import { Renewals, RENEWAL_DAYS } from "./Renewals";

type View = NonNullable<SkusListQuery["tenant"]>["at"];

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
});

/** What is bought, who holds it and what is left over; what is renewed next; and one product with its trend. */
export default function Skus(): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Skus");
  const { id } = useTenant();
  const moment = useMoment();
  const [within, setWithin] = useParameter("within", String(RENEWAL_DAYS[1]));
  const [sku, setSku] = useParameter("sku");
  const days = RENEWAL_DAYS.find((each) => String(each) === within) ?? RENEWAL_DAYS[1];
  const asked = useAsk(SkusListDocument, {
    tenant: id,
    ...moment.variables,
    month: monthOf(moment.day),
    until: plusDays(moment.day, days + 1),
  });
  const freshness = asked.before?.tenant?.at.freshness;
  return (
    <>
      <PageHeader
        title={t("title")}
        sub={freshness === undefined ? t("lead") : <Freshness value={freshness} timeZone={moment.timeZone} />}
      />
      <Answer to={asked} height={900} keep>
        {(data) => {
          const at = data.tenant?.at;
          if (at === undefined) return null;
          if (sku !== "") {
            const product = at.skuFindings.find((each) => each.sku.skuId === sku);
            return <ProductDetail product={product} skuId={sku} onBack={() => setSku("")} />;
          }
          return (
            <div className={styles.stack}>
              <Summary at={at} />
              <Products at={at} onOpen={setSku} />
              <Renewals renewals={at.renewals} days={days} onDays={(each) => setWithin(String(each))} onOpen={setSku} />
            </div>
          );
        }}
      </Answer>
    </>
  );
}

function Summary({ at }: { readonly at: View }): ReactElement {
  const { t } = useWords("Skus");
  const formats = useFormats();
  const { utilisation: use } = at;
  if (at.beforeFirstFact || use == null) {
    return (
      <MessageBar intent="warning">
        <MessageBarBody>
          <Empty title={t("list.empty")} hint={t("list.emptyWhat")} />
        </MessageBarBody>
      </MessageBar>
    );
  }
  const share = (value: number | null | undefined): string | ReactElement =>
    value == null ? <Unknown /> : formats.percent(value);
  return (
    <Figures>
      <Figure
        label={t("total.runRate")}
        value={<MoneySum value={use.runRate} />}
        hint={
          use.unpricedUnits > 0
            ? `${t("total.runRateUnit")} · ${t("total.unpriced", { count: use.unpricedUnits })}`
            : t("total.runRateUnit")
        }
      />
      <Figure label={t("total.assigned")} value={share(use.assigned)} hint={t("total.assignedUnit")} />
      <Figure label={t("total.active")} value={share(use.active)} hint={t("total.activeUnit")} />
      <Figure
        label={t("total.units")}
        value={formats.number(use.units)}
        hint={t("total.unitsUnit", { priced: formats.number(use.pricedUnits) })}
      />
    </Figures>
  );
}
