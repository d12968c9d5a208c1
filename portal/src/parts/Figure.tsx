import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";
import { Link } from "react-router";

const useStyles = makeStyles({
  card: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXXS,
    minWidth: 0,
    padding: tokens.spacingHorizontalL,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
  },
  link: {
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  label: { color: tokens.colorNeutralForeground2 },
  value: { fontVariantNumeric: "tabular-nums", overflowWrap: "anywhere" },
  hint: { color: tokens.colorNeutralForeground3 },
});

/** One figure: what it is, its value with its unit, and what to know about it. `to`: the screen behind it. */
export function Figure(props: {
  readonly label: string;
  readonly value: ReactNode;
  /** Below the value, e.g. "a month, net". */
  readonly unit?: string;
  readonly hint?: ReactNode;
  readonly to?: string;
}): ReactElement {
  const styles = useStyles();
  const inside = (
    <>
      <Text size={200} className={styles.label}>
        {props.label}
      </Text>
      <Text size={600} weight="semibold" className={styles.value}>
        {props.value}
      </Text>
      {props.unit !== undefined && (
        <Text size={200} className={styles.hint}>
          {props.unit}
        </Text>
      )}
      {props.hint !== undefined && (
        <Text size={200} className={styles.hint}>
          {props.hint}
        </Text>
      )}
    </>
  );
  return props.to === undefined ? (
    <div className={styles.card}>{inside}</div>
  ) : (
    <Link to={props.to} className={mergeClasses(styles.card, styles.link)}>
      {inside}
    </Link>
  );
}

const useGrid = makeStyles({
  grid: {
    display: "grid",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(168px, 100%), 1fr))",
    marginBottom: tokens.spacingVerticalL,
  },
});

/** Figures side by side, as many as fit. */
export function Figures({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className={useGrid().grid}>{children}</div>;
}
