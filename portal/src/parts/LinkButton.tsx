import { makeStyles, tokens } from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";

const useStyles = makeStyles({
  link: {
    padding: 0,
    border: "none",
    background: "none",
    font: "inherit",
    lineHeight: "inherit",
    textAlign: "start",
    color: tokens.colorBrandForegroundLink,
    cursor: "pointer",
    ":hover": { color: tokens.colorBrandForegroundLinkHover, textDecorationLine: "underline" },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
});

/** A button that reads as a link: what it opens is on this screen. Light enough to stand in every row of a list. */
export function LinkButton(props: {
  /** For screen readers, where its text alone says too little. */
  readonly name?: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <button type="button" className={useStyles().link} aria-label={props.name} onClick={props.onClick}>
      {props.children}
    </button>
  );
}
