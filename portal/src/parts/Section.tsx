import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useId, type ReactElement, type ReactNode } from "react";

const useStyles = makeStyles({
  card: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    padding: tokens.spacingHorizontalL,
    minWidth: 0,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
  },
  head: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS },
  title: { margin: 0, marginRight: "auto" },
  hint: { color: tokens.colorNeutralForeground3, marginTop: `calc(-1 * ${tokens.spacingVerticalS})` },
});

/** A titled card. `actions` stand beside the title; `hint` below it says what the figures mean. */
export function Section(props: {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly actions?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}): ReactElement {
  const styles = useStyles();
  const id = useId();
  return (
    <section className={mergeClasses(styles.card, props.className)} aria-labelledby={id} data-print="together">
      <div className={styles.head}>
        <Text as="h2" size={400} weight="semibold" id={id} className={styles.title}>
          {props.title}
        </Text>
        {props.actions}
      </div>
      {props.hint !== undefined && (
        <Text size={200} className={styles.hint}>
          {props.hint}
        </Text>
      )}
      {props.children}
    </section>
  );
}
