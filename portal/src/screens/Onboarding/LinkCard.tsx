import { Button, Field, Input, makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { Copy20Regular } from "@fluentui/react-icons/svg/copy";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { useState } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { NewcomerDocument, type LinkPartsFragment } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Section } from "@/parts/Section";
import { FirstData } from "./FirstData";
import { StepList } from "./StepList";
import { useLookAgain } from "./useLookAgain";

/** A link just made, and the name of whom it is for. */
export type Made = LinkPartsFragment & { readonly name: string };

const useStyles = makeStyles({
  row: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM, alignItems: "flex-end" },
  link: { flex: "1 1 320px", minWidth: 0 },
});

/** A consent link to copy, what became of its mail, and how far its customer has come since. */
export function LinkCard(props: { readonly made: Made; readonly onClose: () => void }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Onboarding");
  const formats = useFormats();
  const { made } = props;
  const [copied, setCopied] = useState<boolean | null>(null);
  const asked = useAsk(NewcomerDocument, { tenant: made.tenantId });
  useLookAgain(asked.again);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(made.link);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  const customer = asked.before?.tenant;
  return (
    <Section
      title={t("made.title", { name: made.name })}
      hint={t("made.valid", { date: formats.instant(made.expiresAt) })}
      actions={
        <Button
          appearance="subtle"
          icon={<Dismiss20Regular />}
          aria-label={t("made.close")}
          onClick={() => props.onClose()}
        />
      }
    >
      <MessageBar intent={made.mail === "SENT" ? "success" : "warning"} layout="multiline" politeness="polite">
        <MessageBarBody>
          {t(`mail.${made.mail}`)} {made.mailError != null && <code>{made.mailError}</code>}
        </MessageBarBody>
      </MessageBar>
      <div className={styles.row}>
        <Field label={t("made.link")} className={styles.link}>
          <Input readOnly value={made.link} onFocus={(event) => event.target.select()} />
        </Field>
        <Button icon={<Copy20Regular />} onClick={() => void copy()}>
          {t("made.copy")}
        </Button>
        <Text size={200} role="status">
          {copied === null ? "" : t(copied ? "made.copied" : "made.notCopied")}
        </Text>
      </div>
      <Text size={200}>{t("made.secret")}</Text>
      {customer != null && (
        <>
          <StepList row={customer} />
          <FirstData tenant={customer.id} name={customer.name} onAdvanced={asked.again} />
        </>
      )}
    </Section>
  );
}
