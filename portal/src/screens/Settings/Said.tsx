import { Button, MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";

/** What a change did, in words; until it is dismissed. */
export function Said({ words, onDismiss }: { readonly words: string; readonly onDismiss: () => void }): ReactElement {
  const { t } = useWords();
  return (
    <MessageBar intent="success" politeness="polite" data-said="done">
      <MessageBarBody>{words}</MessageBarBody>
      <MessageBarActions
        containerAction={
          <Button appearance="transparent" icon={<Dismiss20Regular />} aria-label={t("close")} onClick={onDismiss} />
        }
      />
    </MessageBar>
  );
}
