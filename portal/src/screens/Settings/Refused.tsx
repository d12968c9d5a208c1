import { MessageBar, MessageBarBody } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { Trouble } from "@/api/errors";

/** Why a change was refused, in the words of this screen; else in the API's own. */
export function Refused({ trouble }: { readonly trouble: Trouble | null }): ReactElement | null {
  const { t } = useWords("Settings");
  if (trouble === null) return null;
  const known = t(`code.${trouble.code}`, { defaultValue: t(`errors.${trouble.code}`, { defaultValue: "" }) });
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        {known === "" ? trouble.message : known} <code>{trouble.code}</code>
      </MessageBarBody>
    </MessageBar>
  );
}
