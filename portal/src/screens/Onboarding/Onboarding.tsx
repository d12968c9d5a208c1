import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useAsk } from "@/api/useAsk";
import { useRights } from "@/app/tenant";
import { OnboardingDocument } from "@/gql/graphql";
import { Failed } from "@/parts/Failed";
import { Section } from "@/parts/Section";
import { usePaging } from "@/parts/usePaging";
import { Invitation } from "./Invitation";
import { Newcomers } from "./Newcomers";

const LOOK_MS = 10_000;

const useStyles = makeStyles({
  title: { margin: 0 },
  sub: { display: "block", color: tokens.colorNeutralForeground3, marginBottom: tokens.spacingVerticalL },
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingHorizontalM },
});

/** Customers from the invitation to their first complete figures; looked at again every ten seconds. */
export default function Onboarding(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useTranslation("Onboarding");
  const { invite } = useRights();
  const paging = usePaging("onboarding", 25);
  const asked = useAsk(OnboardingDocument, { first: paging.first, after: paging.after });
  const { again } = asked;
  useEffect(() => {
    document.title = `${t("title")} · SUA`;
  }, [t]);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || again(), LOOK_MS);
    return () => clearInterval(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `again` is another function each time, and does the same
  }, [paging.after]);
  const page = asked.before?.tenants;
  return (
    <>
      <Text as="h1" size={700} weight="semibold" block className={styles.title}>
        {t("title")}
      </Text>
      <Text size={200} className={styles.sub}>
        {t("about")}
      </Text>
      <div className={styles.stack}>
        {invite ? <Invitation /> : <Text>{t("invite.notForYou")}</Text>}
        <Section title={t("list")}>
          {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={again} />}
          {(page !== undefined || asked.trouble === null) && <Newcomers page={page} paging={paging} />}
        </Section>
      </div>
    </>
  );
}
