import { makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useParams } from "react-router";
import { useAsk } from "@/api/useAsk";
import { useRights, useTenant } from "@/app/tenant";
import { PersonDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Empty } from "@/parts/Empty";
import { PageHeader } from "@/parts/PageHeader";
import { Section } from "@/parts/Section";
import { Stale } from "@/parts/Stale";
import { useMoment } from "@/time/useMoment";
import { Activity } from "./Activity";
import { Holdings } from "./Holdings";
import { PersonCalls } from "./PersonCalls";
import { PersonFindings } from "./PersonFindings";
import { TextLink } from "./PersonLink";
import { PersonTimeline } from "./PersonTimeline";
import { Profile } from "./Profile";
import { nameOf } from "./words";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(420px, 100%), 1fr))",
  },
  wide: { gridColumn: "1 / -1" },
  bars: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    marginBottom: tokens.spacingVerticalM,
  },
});

/** One person of the customer: what they hold, since when and how; when they were active; what is wrong with it. */
export default function Person(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("People");
  const { user: id = "" } = useParams();
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const rights = useRights();
  const asked = useAsk(PersonDocument, { tenant: tenant.id, user: id, ...moment.variables });
  const person = asked.data?.tenant?.at.user;
  const gone = asked.trouble !== null && ["NOT_FOUND", "BAD_USER_INPUT"].includes(asked.trouble.code);

  if (gone && person == null) {
    return (
      <Empty heading="h1" title={t("person.notFound")} hint={t("person.notFoundHint")}>
        <TextLink to={moment.link("people")}>{t("person.back")}</TextLink>
      </Empty>
    );
  }
  return (
    <>
      <PageHeader
        title={person == null ? t("title") : nameOf(person, t)}
        sub={<TextLink to={moment.link("people")}>{t("person.back")}</TextLink>}
        actions={<Stale stale={asked.stale} />}
      />
      <Answer to={asked} height={900}>
        {({ tenant: found }) => {
          const user = found?.at.user;
          if (found == null || user == null)
            return <Empty title={t("person.notFound")} hint={t("person.notFoundHint")} />;
          return (
            <>
              <div className={styles.bars}>
                {user.erasedAt != null && (
                  <MessageBar intent="info" layout="multiline">
                    <MessageBarBody>
                      {t("person.erased", { date: formats.instant(user.erasedAt, moment.timeZone) })}
                    </MessageBarBody>
                  </MessageBar>
                )}
                {user.deleted && (
                  <MessageBar intent="warning">
                    <MessageBarBody>{t("person.deleted")}</MessageBarBody>
                  </MessageBar>
                )}
                {!rights.persons && (
                  <MessageBar intent="info" layout="multiline">
                    <MessageBarBody>{t("pseudonyms")}</MessageBarBody>
                  </MessageBar>
                )}
              </div>
              <div className={styles.grid}>
                <Section title={t("person.profile")}>
                  <Profile user={user} />
                </Section>
                <Section
                  title={t("person.activity")}
                  hint={t("person.activityNow", {
                    state: t(`activity.${user.activity.state}`),
                    days: formats.number(found.policy.idleDays),
                  })}
                >
                  <Activity activity={user.activity} />
                </Section>
                <Section title={t("person.licences")} className={styles.wide}>
                  <Holdings holdings={user.holdings} />
                </Section>
                <Section title={t("person.findings")} className={styles.wide}>
                  <PersonFindings findings={found.at.findings.nodes} />
                </Section>
                <PersonTimeline user={user.userId} sources={user.activity.sources} className={styles.wide} />
                <PersonCalls user={user.userId} className={styles.wide} />
              </div>
            </>
          );
        }}
      </Answer>
    </>
  );
}
