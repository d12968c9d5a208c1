import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";

/** One column of a `SumTable`. The first one names the row. */
export interface SumColumn<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** What stands in the last row. */
  readonly total: ReactNode;
  /** Left out on narrow screens. */
  readonly wideOnly?: boolean;
}

const useStyles = makeStyles({
  frame: { overflowX: "auto", ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` } },
  table: { width: "100%", borderCollapse: "collapse", fontSize: tokens.fontSizeBase300 },
  cell: {
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    textAlign: "right",
    verticalAlign: "top",
    fontWeight: tokens.fontWeightRegular,
    fontVariantNumeric: "tabular-nums",
  },
  first: { textAlign: "left", overflowWrap: "anywhere", minWidth: "110px" },
  head: {
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    verticalAlign: "bottom",
  },
  total: {
    fontWeight: tokens.fontWeightSemibold,
    borderBottom: "none",
    borderTop: `2px solid ${tokens.colorNeutralStroke1}`,
  },
  wide: { "@media (max-width: 899px)": { display: "none" } },
});

/** A table whose last row is the sum of the others, as the API tells it. */
export function SumTable<Row>(props: {
  /** Its name, for screen readers. */
  readonly caption: string;
  readonly columns: readonly SumColumn<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
}): ReactElement {
  const styles = useStyles();
  const line = (cells: (column: SumColumn<Row>) => ReactNode, kind: string | false): ReactNode =>
    props.columns.map((column, at) => {
      const Cell = at === 0 || kind === styles.head ? "th" : "td";
      return (
        <Cell
          key={column.id}
          {...(kind === styles.head ? { scope: "col" } : at === 0 ? { scope: "row" } : {})}
          className={mergeClasses(styles.cell, at === 0 && styles.first, kind, column.wideOnly && styles.wide)}
        >
          {cells(column)}
        </Cell>
      );
    });
  return (
    <div
      className={styles.frame}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
      tabIndex={0}
      role="group"
      aria-label={props.caption}
      data-print="whole"
    >
      <table className={styles.table}>
        <thead>
          <tr>{line(({ header }) => header, styles.head)}</tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.rowKey(row)}>{line(({ cell }) => cell(row), false)}</tr>
          ))}
        </tbody>
        <tfoot>
          <tr>{line(({ total }) => total, styles.total)}</tr>
        </tfoot>
      </table>
    </div>
  );
}
