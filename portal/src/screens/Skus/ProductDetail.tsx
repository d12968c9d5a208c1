import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { ArrowLeft20Regular } from "@fluentui/react-icons/svg/arrow-left";
import type { ReactElement, ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { SkusDetailDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Empty } from "@/parts/Empty";
import { Facts } from "@/parts/Evidence";
import { ChoiceFilter } from "@/parts/FilterBar";
import { Figure, Figures } from "@/parts/Figure";
import { Money } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { Unknown } from "@/parts/Unknown";
import { useParameter } from "@/parts/useParameter";
import { useMoment } from "@/time/useMoment";
import { PricesAndPurchases } from "./PricesAndPurchases";
import { ProductBadges } from "./ProductBadges";
import type { Product } from "./products";
import { GRAINS, grainFor, spanOf, SPANS } from "./span";
import { Trend } from "./Trend";
import { UseBar } from "./UseBar";
import { GoLink } from "@/screens/Worklist/GoLink";

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  head: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalM },
  title: { margin: 0 },
  sides: {
    display: "grid",
    gap: tokens.spacingHorizontalL,
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    "@media (max-width: 899px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
});

/** One product: its units, what is wrong with it, its trend, prices and purchases. Undefined: it is not known here. */
export function ProductDetail(props: {
  readonly product: Product | undefined;
  readonly skuId: string;
  readonly onBack: () => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Skus");
  const { id } = useTenant();
  const moment = useMoment();
  const [span, setSpan] = useParameter("months", "6");
  const [grain, setGrain] = useParameter("grain", "WEEK");
  const months = SPANS.find((each) => String(each) === span) ?? 6;
  const every = grainFor(months, GRAINS.find((each) => each === grain) ?? "WEEK");
  const asked = useAsk(SkusDetailDocument, {
    tenant: id,
    ...moment.variables,
    sku: props.skuId,
    ...spanOf(moment.day, months),
    grain: every,
  });
  const { product } = props;
  const back = (
    <Button icon={<ArrowLeft20Regular />} appearance="subtle" onClick={props.onBack}>
      {t("detail.back")}
    </Button>
  );
  if (product === undefined) return <Empty title={t("detail.gone")}>{back}</Empty>;
  return (
    <div className={styles.stack} data-product={product.sku.skuId}>
      <div className={styles.head}>
        {back}
        <Text as="h2" size={500} weight="semibold" className={styles.title}>
          {product.sku.name}
        </Text>
        <ProductBadges product={product} />
      </div>
      <Units product={product} />
      <Section
        title={t("detail.trend")}
        hint={t("detail.trendNote")}
        actions={
          <>
            <ChoiceFilter
              label={t("detail.span")}
              any=""
              value={String(months)}
              choices={SPANS.map((each) => ({ value: String(each), label: t("detail.spanMonths", { count: each }) }))}
              onChange={setSpan}
            />
            <ChoiceFilter
              label={t("detail.grain")}
              any=""
              value={every}
              choices={GRAINS.filter((each) => grainFor(months, each) === each).map((each) => ({
                value: each,
                label: t(`detail.${each}`),
              }))}
              onChange={setGrain}
            />
          </>
        }
      >
        <Answer to={asked} height={560} keep>
          {(data) => data.tenant != null && <Trend points={data.tenant.at.licenceTrend} />}
        </Answer>
      </Section>
      <Answer to={asked} height={240} keep>
        {(data) => data.tenant != null && <PricesAndPurchases at={data.tenant.at} skuId={props.skuId} />}
      </Answer>
    </div>
  );
}

function Units({ product }: { readonly product: Product }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Skus");
  const formats = useFormats();
  const moment = useMoment();
  const { sku } = product;
  const count = (value: number | null | undefined): ReactNode => (value == null ? <Unknown /> : formats.number(value));
  const judged = product.class === "PAID";
  const facts: [string, ReactNode][] = [
    [t("detail.partNumber"), sku.partNumber],
    [t("filter.class"), t(`skuClasses.${product.class}`)],
    [t("detail.usable"), count(product.usable)],
    [t("list.grace"), count(sku.warning)],
    [t("list.suspended"), count(sku.suspended)],
    [t("detail.lockedOut"), count(sku.lockedOut)],
    [t("detail.consumed"), count(sku.consumed)],
  ];
  if (judged) {
    facts.push(
      [t("detail.buffer"), count(product.buffer)],
      [t("detail.netUnassigned"), count(product.netUnassigned)],
      [t("detail.saving"), <Money key="saving" value={product.saving} />],
    );
  }
  return (
    <>
      <Figures>
        <Figure label={t("list.bought")} value={count(product.enabled)} />
        <Figure label={t("list.assigned")} value={formats.number(product.held)} />
        <Figure label={t("list.available")} value={judged ? count(product.unassigned) : t("list.notJudged")} />
        <Figure
          label={t("list.price")}
          value={product.price == null && !judged ? t("list.free") : <Money value={product.price} />}
        />
      </Figures>
      <div className={styles.sides}>
        <Section title={t("detail.units")}>
          <Facts items={facts} />
        </Section>
        <Section title={`${t("list.utilisation")} / ${t("list.active")}`}>
          <UseBar
            assigned={product.utilisationAssigned ?? null}
            active={product.utilisationActive ?? null}
            judged={judged}
          />
          {judged && product.unassigned != null && product.unassigned > 0 && (
            <Text size={200}>
              {t("finding.unusedWhat", {
                unassigned: formats.number(product.unassigned),
                buffer: formats.number(product.buffer ?? 0),
              })}
            </Text>
          )}
          <GoLink to={moment.link("worklist", { sku: sku.skuId })}>{t("detail.worklist")}</GoLink>
        </Section>
      </div>
    </>
  );
}
