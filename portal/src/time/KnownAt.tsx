import {
  Button,
  Field,
  Input,
  makeStyles,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  Text,
  tokens,
} from "@fluentui/react-components";
import { Clock20Regular } from "@fluentui/react-icons/svg/clock";
import { useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { serverNow } from "@/api/serverClock";
import { useFormats } from "@/i18n/format";
import { localText } from "./local";
import { useMoment } from "./useMoment";

const useStyles = makeStyles({
  surface: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM, maxWidth: "320px" },
  actions: { display: "flex", gap: tokens.spacingHorizontalS },
});

/** The second time of the time machine: what was learned after it is left out. In the browser's time zone. */
export function KnownAt(): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const formats = useFormats();
  const moment = useMoment();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const said =
    moment.knownAt === null ? t("time.knownNow") : t("time.knownAt", { at: formats.instant(moment.knownAt) });
  const valid = typed !== "" && !Number.isNaN(Date.parse(typed));
  return (
    <Popover
      trapFocus
      open={open}
      onOpenChange={(_, { open: wanted }) => {
        setOpen(wanted);
        if (wanted) setTyped(localText(moment.knownAt === null ? serverNow() : new Date(moment.knownAt)));
      }}
    >
      <PopoverTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<Clock20Regular />}>
          {said}
        </Button>
      </PopoverTrigger>
      <PopoverSurface className={styles.surface} aria-label={t("time.knownLabel")}>
        <Text size={200}>{t("time.knownHint")}</Text>
        <Field label={t("time.knownLabel")}>
          <Input type="datetime-local" value={typed} onChange={(_, { value }) => setTyped(value)} />
        </Field>
        <div className={styles.actions}>
          <Button
            appearance="primary"
            disabled={!valid}
            onClick={() => {
              setOpen(false);
              moment.goTo({ knownAt: new Date(typed).toISOString() });
            }}
          >
            {t("time.apply")}
          </Button>
          <Button
            onClick={() => {
              setOpen(false);
              moment.goTo({ knownAt: null });
            }}
          >
            {t("time.knownNow")}
          </Button>
        </div>
      </PopoverSurface>
    </Popover>
  );
}
