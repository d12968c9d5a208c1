import { makeStyles, Spinner } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";

const useStyles = makeStyles({ box: { display: "inline-flex", minHeight: "20px" } });

/** What is shown is being asked for again. Takes its place whether it shows or not. */
export function Stale({ stale }: { readonly stale: boolean }): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  return (
    <span className={styles.box} data-print="no">
      {stale && <Spinner size="extra-tiny" label={t("stale")} />}
    </span>
  );
}
