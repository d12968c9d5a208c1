import { makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useMoment } from "@/time/useMoment";

const useStyles = makeStyles({
  link: {
    color: tokens.colorBrandForegroundLink,
    textDecorationLine: "underline",
    textDecorationColor: tokens.colorNeutralStroke1,
    ":hover": { color: tokens.colorBrandForegroundLinkHover, textDecorationColor: "currentcolor" },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
});

/** A link inside the portal, in the colours of the theme. */
export function TextLink({ to, children }: { readonly to: string; readonly children: ReactNode }): React.JSX.Element {
  return (
    <Link to={to} className={useStyles().link}>
      {children}
    </Link>
  );
}

/** The way to a person's page, at the moment on screen. */
export function PersonLink({
  user,
  children,
}: {
  readonly user: string;
  readonly children: ReactNode;
}): React.JSX.Element {
  const moment = useMoment();
  return <TextLink to={moment.link(`people/${encodeURIComponent(user)}`)}>{children}</TextLink>;
}
