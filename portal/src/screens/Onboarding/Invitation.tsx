import { Button, Field, Input, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { useWords } from "@/i18n/words";
import { useChange } from "@/api/useChange";
import { InviteTenantDocument } from "@/gql/graphql";
import { Section } from "@/parts/Section";
import { isEmail } from "./email";
import type { Made } from "./LinkCard";
import { Refused } from "./Refused";

const useStyles = makeStyles({
  form: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM, alignItems: "flex-start" },
  field: { flex: "1 1 240px", maxWidth: "420px" },
  // Level with the inputs, below the height of their labels.
  send: { marginTop: "26px" },
});

/** The form that invites a customer. Sent again for the same name and address, it makes another link and nothing else. */
export function Invitation({ onMade }: { readonly onMade: (made: Made) => void }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Onboarding");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [tried, setTried] = useState(false);
  const { change, changing, trouble, clear } = useChange(InviteTenantDocument);
  const unnamed = tried && name.trim() === "";
  const bad = (tried || email !== "") && !isEmail(email.trim());
  const submit = async (): Promise<void> => {
    setTried(true);
    if (name.trim() === "" || !isEmail(email.trim())) return;
    const told = await change({ name: name.trim(), email: email.trim() });
    if (told === null) return;
    onMade({ ...told.inviteTenant, name: name.trim() });
    setName("");
    setEmail("");
    setTried(false);
  };
  const edit =
    (set: (value: string) => void) =>
    (_: unknown, { value }: { value: string }) => {
      clear();
      set(value);
    };
  return (
    <Section title={t("invite.title")} hint={t("invite.about")}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field
          label={t("invite.name")}
          className={styles.field}
          required
          validationState={unnamed ? "error" : "none"}
          validationMessage={unnamed ? t("invite.nameMissing") : undefined}
        >
          <Input value={name} maxLength={200} onChange={edit(setName)} />
        </Field>
        <Field
          label={t("invite.email")}
          className={styles.field}
          required
          validationState={bad ? "error" : "none"}
          validationMessage={bad ? t("invite.emailBad") : undefined}
        >
          <Input type="email" value={email} maxLength={254} onChange={edit(setEmail)} />
        </Field>
        <Button type="submit" appearance="primary" className={styles.send} disabled={changing}>
          {t("invite.send")}
        </Button>
      </form>
      <Refused trouble={trouble} />
      <Text size={200}>{t("invite.link")}</Text>
    </Section>
  );
}
