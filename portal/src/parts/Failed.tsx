import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { Trouble } from "@/api/errors";

const useStyles = makeStyles({ box: { marginTop: "8px", marginBottom: "8px" } });

/** Something went wrong: what, by which code, and what to do. `onRetry`: shown where trying again can help. */
export function Failed({
  trouble,
  onRetry,
}: {
  readonly trouble: Trouble;
  readonly onRetry?: () => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const known = t(`errors.${trouble.code}`, { defaultValue: "" });
  const helps = ["retry", "offline", "operator"].includes(trouble.advice);
  return (
    <MessageBar intent="error" layout="multiline" className={styles.box}>
      <MessageBarBody>
        <MessageBarTitle>{t(`advice.${trouble.advice}`)}</MessageBarTitle>
        {known !== "" ? known : trouble.message} <code>{trouble.code}</code>
        {trouble.traceId !== null && <> · {t("traceId", { id: trouble.traceId })}</>}
      </MessageBarBody>
      {onRetry !== undefined && helps && (
        <MessageBarActions>
          <Button onClick={onRetry}>{t("retry")}</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
