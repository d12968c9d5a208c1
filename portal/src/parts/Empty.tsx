import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";

const useStyles = makeStyles({
  box: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: tokens.spacingVerticalS,
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalL}`,
    textAlign: "center",
  },
  hint: { color: tokens.colorNeutralForeground3, maxWidth: "56ch" },
});

/** There is nothing to show, and why. `children`: what to do about it. `heading`: where it is the whole page. */
export function Empty(props: {
  readonly title: string;
  readonly hint?: string;
  readonly heading?: "h1" | "h2";
  readonly children?: ReactNode;
}): ReactElement {
  const styles = useStyles();
  return (
    <div className={styles.box}>
      <Text as={props.heading ?? "span"} weight="semibold" size={props.heading === "h1" ? 600 : 400}>
        {props.title}
      </Text>
      {props.hint !== undefined && <Text className={styles.hint}>{props.hint}</Text>}
      {props.children}
    </div>
  );
}
