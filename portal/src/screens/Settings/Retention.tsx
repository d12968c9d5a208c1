import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { Edit20Regular } from "@fluentui/react-icons/svg/edit";
import { useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { SettingsRetentionDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Facts } from "@/parts/Evidence";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";
import { RetentionDialog } from "./RetentionDialog";
import { Said } from "./Said";
import { useMayChange } from "./useSetting";

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** For how long it is kept who took part in calls, and which months' details are gone. Told as it stands today. */
export function Retention(): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const formats = useFormats();
  const { id } = useTenant();
  const { past } = useMoment();
  const mayChange = useMayChange("callRetention");
  const [editing, setEditing] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  const asked = useAsk(SettingsRetentionDocument, { tenant: id });
  return (
    <div className={styles.stack}>
      {said !== null && <Said words={t(said)} onDismiss={() => setSaid(null)} />}
      <Answer to={asked} height={220} keep>
        {({ tenant }) => {
          if (tenant == null) return null;
          const { days, droppedMonths, lateCalls } = tenant.callRetention;
          return (
            <>
              <Section
                title={t("retention.title")}
                hint={t("retention.lead")}
                actions={
                  mayChange && (
                    <Button appearance="primary" icon={<Edit20Regular />} onClick={() => setEditing(true)}>
                      {t("retention.edit")}
                    </Button>
                  )
                }
              >
                {past && <Text>{t("retention.now")}</Text>}
                <Facts
                  items={[
                    [t("retention.days"), t("retention.days_count", { count: days })],
                    [
                      t("retention.dropped"),
                      droppedMonths.length === 0
                        ? t("retention.none")
                        : formats.list(droppedMonths.map((month) => formats.month(month))),
                    ],
                    [
                      t("retention.late"),
                      <>
                        {formats.number(lateCalls)}
                        <Text size={200} block className={styles.quiet}>
                          {t("retention.lateHint")}
                        </Text>
                      </>,
                    ],
                  ]}
                />
              </Section>
              {editing && (
                <RetentionDialog
                  days={days}
                  onClose={() => setEditing(false)}
                  onSet={(facts) => {
                    setEditing(false);
                    setSaid(facts === 0 ? "retention.same" : "retention.saved");
                  }}
                />
              )}
            </>
          );
        }}
      </Answer>
    </div>
  );
}
