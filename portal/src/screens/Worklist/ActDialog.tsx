import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  Text,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import { useState, type FormEvent, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { plusDays } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import type { Deed } from "./useActions";

/** What is about to be done with seats. */
export type Intent = "accept" | "decline" | "done" | "exempt";

const DECISIONS = { accept: "ACCEPTED", decline: "DECLINED", done: "DONE" } as const;

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  date: { maxWidth: "200px" },
});

/** Asks for what a deed needs, then hands it over. `count`: seats it is for. */
export function ActDialog(props: {
  readonly intent: Intent;
  readonly count: number;
  /** Idle days the findings were shown with; null: the rules. */
  readonly idleDays: number | null;
  readonly onAct: (deed: Deed) => void;
  readonly onClose: () => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  const { today } = useMoment();
  const [reason, setReason] = useState("");
  const [owner, setOwner] = useState("");
  const [until, setUntil] = useState("");
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const { intent, count, idleDays } = props;
  const exempt = intent === "exempt";
  const lacking = (text: string): string | undefined => (tried && text.trim() === "" ? t("act.required") : undefined);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (exempt && (reason.trim() === "" || owner.trim() === "")) return;
    props.onAct(
      exempt
        ? { kind: "exempt", reason: reason.trim(), owner: owner.trim(), until: until === "" ? null : until }
        : {
            kind: "decide",
            decision: DECISIONS[intent],
            note: note.trim() === "" ? null : note.trim(),
            idleDays,
          },
    );
  };

  return (
    <Dialog open onOpenChange={(_, { open }) => !open && props.onClose()}>
      <DialogSurface>
        <form onSubmit={submit} noValidate>
          <DialogBody>
            <DialogTitle>{t(`act.${intent}Title`, { count })}</DialogTitle>
            <DialogContent className={styles.form}>
              <Text>{t(`act.${intent}What`)}</Text>
              {exempt ? (
                <>
                  <Field
                    label={t("act.reason")}
                    hint={t("act.reasonHint")}
                    required
                    validationMessage={lacking(reason)}
                  >
                    <Input value={reason} onChange={(_, { value }) => setReason(value)} />
                  </Field>
                  <Field label={t("act.owner")} required validationMessage={lacking(owner)}>
                    <Input value={owner} onChange={(_, { value }) => setOwner(value)} />
                  </Field>
                  <Field label={t("act.until")} hint={t("act.untilHint")}>
                    <Input
                      className={styles.date}
                      type="date"
                      value={until}
                      min={plusDays(today, 1)}
                      onChange={(_, { value }) => setUntil(value)}
                    />
                  </Field>
                </>
              ) : (
                <Field label={t("act.note")}>
                  <Textarea value={note} onChange={(_, { value }) => setNote(value)} />
                </Field>
              )}
            </DialogContent>
            <DialogActions>
              <Button appearance="primary" type="submit">
                {t(`act.${intent}`)}
              </Button>
              <Button onClick={props.onClose}>{t("act.cancel")}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
