import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";
import { useWords } from "@/i18n/words";
import type { Trouble } from "@/api/errors";
import { Failed } from "./Failed";
import { useFocusBack } from "./useFocusBack";

/** Ask before something is done. `children`: what will happen, or the fields it needs. Stays open while it `runs`. */
export function ConfirmDialog(props: {
  readonly open: boolean;
  readonly title: string;
  readonly confirm: string;
  readonly children: ReactNode;
  readonly running?: boolean;
  /** Something is missing yet. */
  readonly disabled?: boolean;
  readonly trouble?: Trouble | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}): ReactElement {
  const { t } = useWords();
  useFocusBack(props.open);
  return (
    <Dialog open={props.open} onOpenChange={(_, { open }) => open || props.onClose()}>
      <DialogSurface>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            props.onConfirm();
          }}
        >
          <DialogBody>
            <DialogTitle>{props.title}</DialogTitle>
            <DialogContent>
              {props.children}
              {props.trouble != null && <Failed trouble={props.trouble} />}
            </DialogContent>
            <DialogActions>
              <Button onClick={props.onClose}>{t("cancel")}</Button>
              <Button type="submit" appearance="primary" disabled={props.running || props.disabled}>
                {props.confirm}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
