import {
  makeStyles,
  Menu,
  MenuButton,
  MenuItemLink,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ArrowDownload20Regular } from "@fluentui/react-icons/svg/arrow-download";
import type { ReactElement } from "react";
import { useTenant } from "@/app/tenant";
import { exportAddress } from "./exportAddress";

const useStyles = makeStyles({
  notes: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    maxWidth: "280px",
    padding: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground2,
  },
});

/** Download figures as a file, made by the server from the same moment and filters; each one is recorded there. */
export function ExportMenu(props: {
  readonly label: string;
  readonly csv: string;
  readonly xlsx: string;
  readonly what: "findings" | "costs";
  readonly parameters: Readonly<Record<string, string | null>>;
  /** In what the file differs from the screen. */
  readonly notes?: readonly string[];
}): ReactElement {
  const styles = useStyles();
  const { id } = useTenant();
  const notes = props.notes ?? [];
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton icon={<ArrowDownload20Regular />}>{props.label}</MenuButton>
      </MenuTrigger>
      <MenuPopover>
        {notes.length > 0 && (
          <div className={styles.notes} role="note">
            {notes.map((note) => (
              <Text key={note} size={200}>
                {note}
              </Text>
            ))}
          </div>
        )}
        <MenuList>
          {(["csv", "xlsx"] as const).map((kind) => (
            <MenuItemLink key={kind} href={exportAddress(id, props.what, kind, props.parameters)} download>
              {props[kind]}
            </MenuItemLink>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
