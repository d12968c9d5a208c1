import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useEffect, useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";

const SHOWN_MS = 8000;

const useStyles = makeStyles({
  word: { color: tokens.colorNeutralForeground3, transitionProperty: "opacity", transitionDuration: "400ms" },
});

/** Says quietly that figures on screen were renewed. `at`: when; null: they were not. */
export function Renewed({ at }: { readonly at: Date | null }): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const formats = useFormats();
  const [over, setOver] = useState<Date | null>(null);
  useEffect(() => {
    if (at === null) return undefined;
    const timer = setTimeout(() => setOver(at), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [at]);
  return (
    <Text size={200} className={styles.word} role="status" data-print="no">
      {at !== null && over !== at ? t("renewed", { at: formats.clock(at.toISOString()) }) : ""}
    </Text>
  );
}
