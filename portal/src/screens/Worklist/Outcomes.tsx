import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  ProgressBar,
  tokens,
} from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { isDone, tally } from "./batch";
import type { Seat } from "./seats";
import type { Acted } from "./useActions";

const SHOWN = 5;

const useStyles = makeStyles({
  list: { margin: `${tokens.spacingVerticalXS} 0 0`, paddingLeft: tokens.spacingHorizontalL },
  bar: { marginTop: tokens.spacingVerticalS },
});

/** How a deed went, seat by seat where one was refused. An exemption can be undone from here. */
export function Outcomes(props: {
  readonly acted: Acted;
  readonly onUndo: (seats: readonly Seat[]) => void;
  readonly onDismiss: () => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  const { acted } = props;
  const { changed, same, refused } = tally(acted.outcomes);
  const done = acted.outcomes.filter(({ result }) => isDone(result) && result.facts > 0).map(({ item }) => item);
  const words = [
    changed > 0 && (acted.deed.kind === "lift" ? t("act.undone", { count: changed }) : t("act.ok", { count: changed })),
    same > 0 && t("act.same", { count: same }),
    refused.length > 0 && t("act.refused", { count: refused.length }),
  ].filter((each) => each !== false);
  return (
    <MessageBar
      intent={refused.length > 0 ? "error" : acted.over ? "success" : "info"}
      layout="multiline"
      politeness="polite"
      data-outcome={acted.over ? "over" : "running"}
    >
      <MessageBarBody>
        <MessageBarTitle>
          {acted.over
            ? words.join(" · ")
            : t("act.running", { done: acted.outcomes.length, count: acted.seats.length })}
        </MessageBarTitle>
        {!acted.over && (
          <ProgressBar
            className={styles.bar}
            value={acted.outcomes.length}
            max={acted.seats.length}
            aria-label={t("act.outcome")}
          />
        )}
        {refused.length > 0 && (
          <ul className={styles.list}>
            {refused.slice(0, SHOWN).map(({ item, result }) => (
              <li key={`${item.user}~${item.sku}`}>
                {!isDone(result) &&
                  t("act.refusedItem", {
                    person: item.person,
                    product: item.product,
                    code: result.code,
                    message: t(`code.${result.code}`, {
                      defaultValue: t(`errors.${result.code}`, { ns: "shared", defaultValue: result.message }),
                    }),
                  })}
              </li>
            ))}
            {refused.length > SHOWN && <li>{`+ ${refused.length - SHOWN}`}</li>}
          </ul>
        )}
      </MessageBarBody>
      {acted.over && (
        <MessageBarActions
          containerAction={
            <Button
              appearance="transparent"
              icon={<Dismiss20Regular />}
              aria-label={t("act.dismiss")}
              onClick={props.onDismiss}
            />
          }
        >
          {acted.deed.kind === "exempt" && done.length > 0 && (
            <Button onClick={() => props.onUndo(done)}>{t("act.undo")}</Button>
          )}
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
