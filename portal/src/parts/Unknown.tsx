import { makeStyles, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";

const useStyles = makeStyles({
  word: { color: tokens.colorNeutralForeground3, fontStyle: "italic", fontWeight: tokens.fontWeightRegular },
});

/** A value that is not known: said so, never 0 or blank. `why` says more on pointing at it. */
export function Unknown({ why }: { readonly why?: string }): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  return (
    <span className={styles.word} title={why}>
      {t("unknown")}
    </span>
  );
}
