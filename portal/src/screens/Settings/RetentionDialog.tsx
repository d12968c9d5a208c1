import {
  Checkbox,
  Field,
  Input,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant } from "@/app/tenant";
import { SettingsSetCallRetentionDocument } from "@/gql/graphql";
import { ConfirmDialog } from "@/parts/ConfirmDialog";
import { Refused } from "./Refused";
import { daysOf } from "./retentionForm";
import { useSetting } from "./useSetting";

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  days: { maxWidth: "220px" },
});

/** Change for how long call details are kept. A shorter time destroys, so it has to be said that this is understood. */
export function RetentionDialog(props: {
  readonly days: number;
  readonly onSet: (facts: number) => void;
  readonly onClose: () => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const { id } = useTenant();
  const [before] = useState(props.days);
  const [text, setText] = useState(String(before));
  const [understood, setUnderstood] = useState(false);
  const change = useSetting(SettingsSetCallRetentionDocument, (data) => data.setCallRetention);
  const days = daysOf(text);
  const shorter = days !== null && days < before;
  const submit = async (): Promise<void> => {
    if (days === null || (shorter && !understood)) return;
    if (days === before) return props.onSet(0);
    const done = await change.set({ tenant: id, days });
    if (done !== null) props.onSet(done.facts);
  };
  return (
    <ConfirmDialog
      open
      title={t("retention.edit")}
      confirm={t("retention.save")}
      running={change.setting}
      disabled={days === null || (shorter && !understood)}
      onConfirm={() => void submit()}
      onClose={props.onClose}
    >
      <div className={styles.stack}>
        <Text size={200}>{t("retention.lead")}</Text>
        <Field
          label={t("retention.field")}
          className={styles.days}
          validationState={days === null ? "error" : "none"}
          validationMessage={days === null ? t("retention.bad") : undefined}
        >
          <Input
            inputMode="numeric"
            value={text}
            onChange={(_, { value }) => {
              setText(value);
              setUnderstood(false);
            }}
          />
        </Field>
        {shorter && (
          <>
            <MessageBar intent="warning" layout="multiline" politeness="polite">
              <MessageBarBody>{t("retention.shorter", { count: days })}</MessageBarBody>
            </MessageBar>
            <Checkbox
              label={t("retention.understood")}
              checked={understood}
              onChange={(_, { checked }) => setUnderstood(checked === true)}
            />
          </>
        )}
        {days !== null && days > before && <Text>{t("retention.longer")}</Text>}
        <Refused trouble={change.trouble} />
      </div>
    </ConfirmDialog>
  );
}
