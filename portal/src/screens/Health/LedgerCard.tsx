import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { memo } from "react";
import { useWords } from "@/i18n/words";
import type { HealthQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { download } from "@/parts/csv";
import { Facts } from "@/parts/Evidence";
import { Section } from "@/parts/Section";
import { useRights } from "@/app/tenant";
import { useMoment } from "@/time/useMoment";

type Ledger = NonNullable<NonNullable<HealthQuery["tenant"]>["ledger"]>;

const useStyles = makeStyles({
  root: { overflowWrap: "anywhere", fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** The last signed checkpoint of the log, and how many facts are newer. null: not for this viewer. */
export const LedgerCard = memo(function LedgerCard(props: {
  readonly ledger: Ledger | null;
  readonly position: string;
  readonly className?: string;
}): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Health");
  const formats = useFormats();
  const moment = useMoment();
  const { audit } = useRights();
  const checkpoint = props.ledger?.checkpoint;
  if (props.ledger === null || checkpoint == null) {
    return (
      <Section className={props.className} title={t("ledger.title")} hint={t("ledger.about")}>
        <Text>{t(props.ledger === null && !audit ? "ledger.notForYou" : "ledger.none")}</Text>
      </Section>
    );
  }
  const newer = Number(BigInt(props.position) - BigInt(checkpoint.size));
  return (
    <Section
      className={props.className}
      title={t("ledger.title")}
      hint={t("ledger.about")}
      actions={
        <Button
          size="small"
          onClick={() => download(`checkpoint-${checkpoint.size}.txt`, checkpoint.note, "text/plain;charset=utf-8")}
        >
          {t("ledger.save")}
        </Button>
      }
    >
      <Facts
        items={[
          [
            t("ledger.signed"),
            `${formats.instant(checkpoint.madeAt, moment.timeZone)} (${formats.ago(checkpoint.madeAt)})`,
          ],
          [t("ledger.size"), t("ledger.upTo", { size: formats.number(Number(checkpoint.size)) })],
          [t("ledger.newer"), newer <= 0 ? t("ledger.allCovered") : t("ledger.uncovered", { count: newer })],
          [
            t("ledger.root"),
            <span key="root" className={styles.root}>
              {checkpoint.root}
            </span>,
          ],
        ]}
      />
    </Section>
  );
});
