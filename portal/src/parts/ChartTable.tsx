import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { Unknown } from "./Unknown";

const useStyles = makeStyles({
  frame: { overflow: "auto", ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` } },
  table: { borderCollapse: "collapse", width: "100%", fontSize: tokens.fontSizeBase200 },
  cell: {
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    textAlign: "left",
    fontWeight: tokens.fontWeightRegular,
  },
  head: { fontWeight: tokens.fontWeightSemibold, color: tokens.colorNeutralForeground2 },
  end: { textAlign: "right", fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" },
});

/** The figures of a chart as a table: rows by columns, null is unknown. */
export function ChartTable(props: {
  readonly caption: string;
  readonly corner: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
  readonly format: (value: number, column: number) => string;
  /** Pixels; more rows scroll. */
  readonly height?: number;
}): ReactElement {
  const styles = useStyles();
  return (
    <div
      className={styles.frame}
      style={{ maxHeight: props.height }}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
      tabIndex={0}
      role="group"
      aria-label={props.caption}
      data-print="whole"
    >
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col" className={mergeClasses(styles.cell, styles.head)}>
              {props.corner}
            </th>
            {props.columns.map((name) => (
              <th key={name} scope="col" className={mergeClasses(styles.cell, styles.head, styles.end)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map(({ label, values }) => (
            <tr key={label}>
              <th scope="row" className={styles.cell}>
                {label}
              </th>
              {values.map((value, at) => (
                <td key={props.columns[at]} className={mergeClasses(styles.cell, styles.end)}>
                  {value === null ? <Unknown /> : props.format(value, at)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
