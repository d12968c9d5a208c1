import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { Link, useNavigate } from "react-router";
import type { Asked } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import type { OverviewSavingsQuery, Tier } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Chart } from "@/parts/Chart";
import { Empty } from "@/parts/Empty";
import { MoneySum } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";
import { barOf, savingOf } from "./shares";

const TIERS: readonly Tier[] = ["GUARANTEED", "LIKELY", "REVIEW", "UNVERIFIABLE"];

const useStyles = makeStyles({
  tiers: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(104px, 1fr))",
    gap: tokens.spacingHorizontalM,
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  tier: { display: "flex", flexDirection: "column" },
  link: { color: tokens.colorBrandForegroundLink },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** What findings would save, by cause, and how sure that is. */
export function Waste({ asked }: { readonly asked: Asked<OverviewSavingsQuery> }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Overview");
  const formats = useFormats();
  const { currency } = useTenant();
  const { link } = useMoment();
  const navigate = useNavigate();
  return (
    <Section title={t("waste.title")} hint={t("waste.hint")}>
      <Answer to={asked} height={380}>
        {({ tenant }) => {
          if (tenant == null) return null;
          const { byCause, byTier } = tenant.at;
          if (byCause.groups.length === 0) return <Empty title={t("waste.none")} />;
          const unpriced = byCause.total.seats - byCause.total.pricedSeats;
          return (
            <>
              <Chart
                name={t("waste.title")}
                axis={t("waste.axis")}
                labels={byCause.groups.map(({ key }) => t(`causes.${key}`))}
                series={[{ name: t("waste.saving"), values: byCause.groups.map((group) => barOf(savingOf(group))) }]}
                format={(value) => formats.money({ amount: value.toFixed(2), currency })}
                shortFormat={(value) => formats.shortMoney(value, currency)}
                horizontal
                height={40 + 34 * byCause.groups.length}
                onPick={(at) => void navigate(link("worklist", { cause: byCause.groups[at]?.key }))}
              />
              {unpriced > 0 && (
                <Text size={200} className={styles.quiet}>
                  {t("waste.unpriced", { seats: formats.number(unpriced) })}
                </Text>
              )}
              <ul className={styles.tiers} aria-label={t("waste.tiers")}>
                {TIERS.map((tier) => {
                  const group = byTier.groups.find(({ key }) => key === tier);
                  return (
                    <li key={tier} className={styles.tier} title={t(`tierHints.${tier}`)}>
                      <Link to={link("worklist", { tier })} className={styles.link}>
                        {t(`tiers.${tier}`)}
                      </Link>
                      <Text weight="semibold">
                        {group === undefined || tier === "UNVERIFIABLE" ? (
                          "–"
                        ) : (
                          <MoneySum value={savingOf(group)} whole />
                        )}
                      </Text>
                      <Text size={200} className={styles.quiet}>
                        {t("waste.seats")}: {formats.number(group?.seats ?? 0)}
                      </Text>
                    </li>
                  );
                })}
              </ul>
              <Text size={200} className={styles.quiet}>
                {t("waste.tiersHint")}
              </Text>
            </>
          );
        }}
      </Answer>
    </Section>
  );
}
