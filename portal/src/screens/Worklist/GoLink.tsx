import { makeStyles, tokens } from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";
import { Link } from "react-router";

const useStyles = makeStyles({
  link: {
    color: tokens.colorBrandForegroundLink,
    textDecorationLine: "underline",
    ":hover": { color: tokens.colorBrandForegroundLinkHover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
});

/** A link to another screen, readable in both themes. */
export function GoLink({ to, children }: { readonly to: string; readonly children: ReactNode }): ReactElement {
  return (
    <Link to={to} className={useStyles().link}>
      {children}
    </Link>
  );
}
