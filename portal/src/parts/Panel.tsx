import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
} from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import type { ReactElement, ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useFocusBack } from "./useFocusBack";

const useStyles = makeStyles({ panel: { width: "min(560px, 100vw)" } });

/** A panel from the right, for what is behind a figure or a row. Escape closes it; focus goes back. */
export function Panel(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  useFocusBack(props.open);
  return (
    <OverlayDrawer
      className={styles.panel}
      position="end"
      open={props.open}
      onOpenChange={(_, { open }) => open || props.onClose()}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button appearance="subtle" icon={<Dismiss20Regular />} aria-label={t("close")} onClick={props.onClose} />
          }
        >
          {props.title}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>{props.open && props.children}</DrawerBody>
    </OverlayDrawer>
  );
}
