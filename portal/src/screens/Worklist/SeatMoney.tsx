import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";
import { Facts } from "@/parts/Evidence";
import { Money } from "@/parts/Money";
import { Unknown } from "@/parts/Unknown";
import type { EvidenceOf, Finding } from "./FindingEvidence";

const useStyles = makeStyles({
  list: { margin: 0, paddingLeft: tokens.spacingHorizontalL },
});

/** What the seat of a finding costs, what would be saved, and the prices that say so. */
export function SeatMoney(props: {
  readonly finding: Finding;
  readonly prices: EvidenceOf["at"]["prices"];
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  const formats = useFormats();
  const { finding, prices } = props;
  return (
    <>
      <Facts
        items={[
          [t("evidence.price"), <Amount key="price" value={finding.price} />],
          [
            finding.cause === "DOWNGRADE" ? t("evidence.savingDifference") : t("evidence.saving"),
            <Amount key="saving" value={finding.saving} />,
          ],
        ]}
      />
      {prices.length > 0 && (
        <>
          <Text weight="semibold" size={200}>
            {t("evidence.prices")}
          </Text>
          <ul className={styles.list}>
            {prices.map((price) => (
              <li key={`${price.source}${price.lot}${price.effectiveFrom}`}>
                {t("evidence.priceOf", {
                  amount: formats.money(price.amount),
                  per: t(`per.${price.per}`),
                  from: formats.day(price.effectiveFrom),
                  source: t(`priceSource.${price.source}`),
                })}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Amount({ value }: { readonly value: Finding["price"] }): ReactElement {
  const { t } = useWords("Worklist");
  if (value == null) return <Unknown why={t("remark.PRICE_UNKNOWN")} />;
  return (
    <>
      <Money value={value} /> <Text size={200}>{t("evidence.priceUnit")}</Text>
    </>
  );
}
