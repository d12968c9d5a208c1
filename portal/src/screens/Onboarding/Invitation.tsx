import { Button, Field, Input, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Section } from "@/parts/Section";
import { inviteCommand, isEmail } from "./command";

const useStyles = makeStyles({
  form: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM, alignItems: "flex-start" },
  field: { flex: "1 1 240px", maxWidth: "420px" },
  command: {
    display: "block",
    padding: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase300,
    overflowWrap: "anywhere",
  },
  row: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM, alignItems: "center" },
});

/**
 * How a customer is invited. The API has no mutation for it: invitations are the operator's, on the command line, so this
 * writes the command to be copied there.
 */
export function Invitation(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useTranslation("Onboarding");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [copied, setCopied] = useState(false);
  const bad = email !== "" && !isEmail(email);
  const ready = name.trim() !== "" && isEmail(email);
  const command = inviteCommand(name.trim() || "NAME", email || "EMAIL");
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(command);
    setCopied(true);
  };
  return (
    <Section title={t("invite.title")} hint={t("invite.about")}>
      <div className={styles.form}>
        <Field label={t("invite.name")} className={styles.field}>
          <Input value={name} onChange={(_, { value }) => setName(value)} />
        </Field>
        <Field
          label={t("invite.email")}
          className={styles.field}
          validationState={bad ? "error" : "none"}
          validationMessage={bad ? t("invite.emailBad") : undefined}
        >
          <Input type="email" value={email} onChange={(_, { value }) => setEmail(value)} />
        </Field>
      </div>
      <code className={styles.command} aria-label={t("invite.command")}>
        {command}
      </code>
      <div className={styles.row}>
        <Button appearance="primary" disabled={!ready} onClick={() => void copy()}>
          {t("invite.copy")}
        </Button>
        <Text size={200} role="status">
          {copied ? t("invite.copied") : ""}
        </Text>
      </div>
      <Text size={200}>{t("invite.link")}</Text>
      <Text size={200}>
        {t("invite.lost")} <code>sua tenants remind TENANT</code>
      </Text>
    </Section>
  );
}
