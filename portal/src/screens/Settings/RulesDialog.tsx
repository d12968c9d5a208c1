import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant } from "@/app/tenant";
import { SettingsChangePolicyDocument, type SettingsRulesQuery } from "@/gql/graphql";
import { ConfirmDialog } from "@/parts/ConfirmDialog";
import { Refused } from "./Refused";
import { RulesFields } from "./RulesFields";
import { changesOf, draftOf, rulesFaults } from "./rulesForm";
import type { Rules } from "./ruleFacts";
import { useSetting } from "./useSetting";

type Skus = NonNullable<SettingsRulesQuery["tenant"]>["at"]["skus"];

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
});

/** Change some of the rules, from now on. What is left as it is is not sent. */
export function RulesDialog(props: {
  readonly rules: Rules;
  readonly skus: Skus;
  readonly onSet: (facts: number) => void;
  readonly onClose: () => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const { id } = useTenant();
  const [before] = useState(props.rules);
  const [draft, setDraft] = useState(() => draftOf(before));
  const [tried, setTried] = useState(false);
  const change = useSetting(SettingsChangePolicyDocument, (data) => data.changePolicy);
  const submit = async (): Promise<void> => {
    setTried(true);
    if (Object.keys(rulesFaults(draft)).length > 0) return;
    const policy = changesOf(before, draft);
    if (Object.keys(policy).length === 0) return props.onSet(0);
    const changed = await change.set({ tenant: id, policy });
    if (changed !== null) props.onSet(changed.facts);
  };
  return (
    <ConfirmDialog
      open
      title={t("rules.edit")}
      confirm={t("rules.save")}
      running={change.setting}
      onConfirm={() => void submit()}
      onClose={props.onClose}
    >
      <div className={styles.stack}>
        <Text size={200}>{t("rules.lead")}</Text>
        <RulesFields
          draft={draft}
          faults={tried ? rulesFaults(draft) : {}}
          skus={props.skus}
          onEdit={(part) => setDraft((now) => ({ ...now, ...part }))}
        />
        <Refused trouble={change.trouble} />
      </div>
    </ConfirmDialog>
  );
}
