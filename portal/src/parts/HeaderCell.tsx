import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ArrowSort16Regular } from "@fluentui/react-icons/svg/arrow-sort";
import { ArrowSortDown16Regular } from "@fluentui/react-icons/svg/arrow-sort-down";
import { ArrowSortUp16Regular } from "@fluentui/react-icons/svg/arrow-sort-up";
import type { ReactElement, ReactNode } from "react";

/** One column of a `DataGrid`. The first one names the row. */
export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** "end" for figures. */
  readonly align?: "start" | "end";
  /** The server can sort by it: the word for the query. */
  readonly sort?: string;
  /** Left out on narrow screens. */
  readonly wideOnly?: boolean;
  /** E.g. "220px". */
  readonly minWidth?: string;
}

/** How the server sorted. */
export interface Sorted {
  readonly by: string;
  readonly descending: boolean;
}

const useStyles = makeStyles({
  cell: {
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    textAlign: "left",
    verticalAlign: "bottom",
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    height: "32px",
    "@media (max-width: 599px)": { paddingLeft: tokens.spacingHorizontalXS, paddingRight: tokens.spacingHorizontalXS },
  },
  end: { textAlign: "right" },
  wide: { "@media (max-width: 899px)": { display: "none" } },
  button: {
    minWidth: 0,
    padding: 0,
    fontSize: "inherit",
    fontWeight: "inherit",
    color: "inherit",
    textAlign: "inherit",
  },
});

/** The head of a column, a button where the server can sort by it. */
export function HeaderCell<Row>(props: {
  readonly column: Column<Row>;
  readonly sorted?: Sorted;
  readonly onSort?: (sorted: Sorted) => void;
}): ReactElement {
  const styles = useStyles();
  const { column, sorted, onSort } = props;
  const here = column.sort !== undefined && sorted?.by === column.sort ? sorted : undefined;
  const Icon =
    here === undefined ? ArrowSort16Regular : here.descending ? ArrowSortDown16Regular : ArrowSortUp16Regular;
  const order = here === undefined ? "none" : here.descending ? "descending" : "ascending";
  return (
    <th
      scope="col"
      aria-sort={column.sort === undefined || onSort === undefined ? undefined : order}
      className={mergeClasses(styles.cell, column.align === "end" && styles.end, column.wideOnly && styles.wide)}
      style={column.minWidth === undefined ? undefined : { minWidth: column.minWidth }}
    >
      {column.sort === undefined || onSort === undefined ? (
        column.header
      ) : (
        <Button
          size="small"
          appearance="transparent"
          className={styles.button}
          icon={<Icon />}
          iconPosition="after"
          onClick={() => onSort({ by: column.sort ?? "", descending: here === undefined ? true : !here.descending })}
        >
          {column.header}
        </Button>
      )}
    </th>
  );
}
