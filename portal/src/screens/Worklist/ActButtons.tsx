import { Button, Tooltip } from "@fluentui/react-components";
import { Checkmark20Regular } from "@fluentui/react-icons/svg/checkmark";
import { CheckmarkCircle20Regular } from "@fluentui/react-icons/svg/checkmark-circle";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { ShieldCheckmark20Regular } from "@fluentui/react-icons/svg/shield-checkmark";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant } from "@/app/tenant";
import { useMoment } from "@/time/useMoment";
import type { Intent } from "./ActDialog";

const INTENTS: readonly { readonly intent: Intent; readonly icon: ReactElement }[] = [
  { intent: "accept", icon: <Checkmark20Regular /> },
  { intent: "decline", icon: <Dismiss20Regular /> },
  { intent: "done", icon: <CheckmarkCircle20Regular /> },
  { intent: "exempt", icon: <ShieldCheckmark20Regular /> },
];

/** Why nothing can be changed here and now, as a text of the worklist; null: it can. */
export function useBarred(): "act.past" | "act.mayNot" | null {
  const { mayChange } = useTenant();
  const { past } = useMoment();
  if (!mayChange.decisions || !mayChange.exemptions) return "act.mayNot";
  return past ? "act.past" : null;
}

/** What can be done with seats. Where it cannot, the buttons say why. `idle`: nothing is chosen yet. */
export function ActButtons(props: {
  readonly onIntent: (intent: Intent) => void;
  readonly idle?: boolean;
}): ReactElement {
  const { t } = useWords("Worklist");
  const barred = useBarred();
  return (
    <>
      {INTENTS.map(({ intent, icon }) => {
        const button = (
          <Button
            key={intent}
            size="small"
            icon={icon}
            appearance={intent === "accept" && barred === null && !props.idle ? "primary" : "secondary"}
            disabledFocusable={barred !== null || props.idle === true}
            onClick={() => props.onIntent(intent)}
          >
            {t(`act.${intent}`)}
          </Button>
        );
        return barred === null ? (
          button
        ) : (
          <Tooltip key={intent} content={t(barred)} relationship="description">
            {button}
          </Tooltip>
        );
      })}
    </>
  );
}
