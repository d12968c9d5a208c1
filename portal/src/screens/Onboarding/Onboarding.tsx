import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useViewer } from "@/app/tenant";
import { OnboardingDocument } from "@/gql/graphql";
import { Failed } from "@/parts/Failed";
import { Section } from "@/parts/Section";
import { usePaging } from "@/parts/usePaging";
import { Invitation } from "./Invitation";
import { LinkCard, type Made } from "./LinkCard";
import { Newcomers } from "./Newcomers";
import { useLookAgain } from "./useLookAgain";

const useStyles = makeStyles({
  title: { margin: 0 },
  sub: { display: "block", color: tokens.colorNeutralForeground3, marginBottom: tokens.spacingVerticalL },
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingHorizontalM },
});

/** Customers from the invitation to their first complete figures; looked at again every five seconds. */
export default function Onboarding(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Onboarding");
  const { mayInvite } = useViewer();
  const paging = usePaging("onboarding", 25);
  const asked = useAsk(OnboardingDocument, { first: paging.first, after: paging.after });
  const { again } = asked;
  const [made, setMade] = useState<Made | null>(null);
  useEffect(() => {
    document.title = `${t("title")} · SUA`;
  }, [t]);
  useLookAgain(again);
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
        {mayInvite ? <Invitation onMade={setMade} /> : <Text>{t("invite.notForYou")}</Text>}
        {made !== null && <LinkCard key={made.link} made={made} onClose={() => setMade(null)} />}
        <Section title={t("list")}>
          {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={again} />}
          {(page !== undefined || asked.trouble === null) && (
            <Newcomers page={page} paging={paging} onMade={setMade} onAdvanced={again} />
          )}
        </Section>
      </div>
    </>
  );
}
