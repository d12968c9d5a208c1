import { Menu, MenuButton, MenuItemLink, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { ArrowDownload20Regular } from "@fluentui/react-icons/svg/arrow-download";
import type { ReactElement } from "react";
import { useTenant } from "@/app/tenant";
import { exportAddress } from "./exportAddress";

/** Download figures as a file, made by the server from the same moment and filters; each one is recorded there. */
export function ExportMenu(props: {
  readonly label: string;
  readonly csv: string;
  readonly xlsx: string;
  readonly what: "findings" | "costs";
  readonly parameters: Readonly<Record<string, string | null>>;
}): ReactElement {
  const { id } = useTenant();
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton icon={<ArrowDownload20Regular />}>{props.label}</MenuButton>
      </MenuTrigger>
      <MenuPopover>
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
