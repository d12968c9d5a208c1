import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { Edit20Regular } from "@fluentui/react-icons/svg/edit";
import { useState, type ReactElement, type ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { SettingsRulesDocument, type SettingsRulesQuery } from "@/gql/graphql";
import { Answer } from "@/parts/Answer";
import { Empty } from "@/parts/Empty";
import { Facts } from "@/parts/Evidence";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";
import { RulesChanges } from "./RulesChanges";
import { RulesDialog } from "./RulesDialog";
import type { Rules as Shown } from "./ruleFacts";
import { Said } from "./Said";
import { useMayChange } from "./useSetting";
import { RULE_GROUPS, useRuleWords, type RuleName } from "./useRuleWords";

type Told = NonNullable<SettingsRulesQuery["tenant"]>;

/** Rules that need no sentence beside their name. */
const PLAIN: readonly RuleName[] = ["pool", "poolOwner", "connectionFeeInside", "neededPlans", "unneededPlans"];

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  groups: {
    display: "grid",
    gap: tokens.spacingHorizontalXL,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(380px, 100%), 1fr))",
  },
  title: { margin: 0, marginBottom: tokens.spacingVerticalS },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** The rules the figures are judged by, as they stood at the moment looked at, and how they changed. */
export function Rules(): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const { id } = useTenant();
  const moment = useMoment();
  const mayChange = useMayChange("policy");
  const [editing, setEditing] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  const asked = useAsk(SettingsRulesDocument, { tenant: id, ...moment.variables });
  return (
    <div className={styles.stack}>
      {said !== null && <Said words={t(said)} onDismiss={() => setSaid(null)} />}
      <Answer to={asked} height={560} keep>
        {({ tenant }) =>
          tenant != null && (
            <>
              <Section
                title={t("rules.title")}
                hint={t("rules.lead")}
                actions={
                  mayChange && (
                    <Button appearance="primary" icon={<Edit20Regular />} onClick={() => setEditing(true)}>
                      {t("rules.edit")}
                    </Button>
                  )
                }
              >
                <AtMoment tenant={tenant} />
              </Section>
              <RulesChanges tenant={tenant} />
              {editing && (
                <RulesDialog
                  rules={tenant.policy}
                  skus={tenant.at.skus}
                  onClose={() => setEditing(false)}
                  onSet={(facts) => {
                    setEditing(false);
                    setSaid(facts === 0 ? "rules.same" : "rules.saved");
                  }}
                />
              )}
            </>
          )
        }
      </Answer>
    </div>
  );
}

function AtMoment({ tenant }: { readonly tenant: Told }): ReactElement {
  const { t } = useWords("Settings");
  const { policy, skus } = tenant.at;
  if (policy == null) return <Empty title={t("rules.before")} />;
  return <Values rules={policy} skus={skus} />;
}

function Values({ rules, skus }: { readonly rules: Shown; readonly skus: Told["at"]["skus"] }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const words = useRuleWords(new Map(skus.map(({ skuId, name }) => [skuId, name])));
  const item = (name: RuleName): readonly [string, ReactNode] => [
    t(`rules.${name}`),
    <>
      {words(rules, name)}
      {!PLAIN.includes(name) && (
        <Text size={200} block className={styles.quiet}>
          {t(`rules.${name}Hint`)}
        </Text>
      )}
    </>,
  ];
  return (
    <div className={styles.groups}>
      {RULE_GROUPS.map(({ title, names }) => (
        <section key={title}>
          <Text as="h3" weight="semibold" block className={styles.title}>
            {t(`rules.${title}`)}
          </Text>
          <Facts items={names.filter((name) => name !== "poolOwner" || rules.pool === "OWNER").map(item)} />
        </section>
      ))}
    </div>
  );
}
