import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ChevronDown20Regular } from "@fluentui/react-icons/svg/chevron-down";
import { ChevronRight20Regular } from "@fluentui/react-icons/svg/chevron-right";
import { Fragment, type ReactElement, type ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { Empty } from "./Empty";
import { HeaderCell, type Column, type Sorted } from "./HeaderCell";
import { Loading } from "./Loading";
import { Pager } from "./Pager";
import { Tick } from "./Tick";
import type { Paging } from "./usePaging";

export type { Column, Sorted } from "./HeaderCell";

const TELEPHONE = "@media screen and (max-width: 599px)";

const useStyles = makeStyles({
  frame: {
    overflowX: "auto",
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  table: {
    width: "100%",
    borderCollapse: "collapse",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
  },
  row: { ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  chosen: { backgroundColor: tokens.colorNeutralBackground1Selected },
  cell: {
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    textAlign: "left",
    verticalAlign: "top",
    fontWeight: tokens.fontWeightRegular,
    overflowWrap: "break-word",
    "@media (max-width: 599px)": { paddingLeft: tokens.spacingHorizontalXS, paddingRight: tokens.spacingHorizontalXS },
  },
  narrow: { width: "32px", paddingRight: 0, verticalAlign: "middle" },
  end: { textAlign: "right", fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" },
  wide: { "@media (max-width: 899px)": { display: "none" } },
  opener: {
    display: "flex",
    padding: "2px",
    border: "none",
    borderRadius: tokens.borderRadiusMedium,
    color: "inherit",
    backgroundColor: "transparent",
    cursor: "pointer",
    ":hover": { backgroundColor: tokens.colorSubtleBackgroundHover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  stack: { [TELEPHONE]: { display: "block" } },
  noHead: { [TELEPHONE]: { display: "none" } },
  card: {
    [TELEPHONE]: {
      display: "block",
      padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
      borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    },
  },
  line: {
    [TELEPHONE]: {
      display: "flow-root", // also where `wide` leaves a column out: a card has room for all
      padding: "2px 0",
      borderTop: "none",
      textAlign: "right",
      whiteSpace: "normal",
      "::before": {
        content: "attr(data-column)",
        float: "left",
        marginRight: tokens.spacingHorizontalM,
        color: tokens.colorNeutralForeground2,
        fontSize: tokens.fontSizeBase200,
      },
    },
  },
  name: {
    [TELEPHONE]: {
      display: "block",
      padding: "2px 0",
      borderTop: "none",
      fontWeight: tokens.fontWeightSemibold,
    },
  },
  detail: { backgroundColor: tokens.colorNeutralBackground2 },
  waiting: { opacity: 0.6 },
  caption: { position: "absolute", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)" },
});

/** Rows chosen by their keys, for doing something with several. */
export interface Choosing {
  readonly keys: ReadonlySet<string>;
  onChange(keys: ReadonlySet<string>): void;
}

/** The properties of a `DataGrid`. */
export interface DataGridProps<Row> {
  /** Its name, for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined: on their way, a skeleton is shown. */
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  /** The rows shown are of the page before: the next are on their way. */
  readonly waiting?: boolean;
  /** What an empty list means. */
  readonly empty: string;
  readonly emptyHint?: string;
  /** As the server sorted; a click on a column with `sort` calls `onSort`. */
  readonly sorted?: Sorted;
  readonly onSort?: (sorted: Sorted) => void;
  readonly paging?: Paging;
  readonly pageInfo?: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
  readonly choosing?: Choosing;
  /** What opens below a row; `open` is the key of the one that is open, null: none. */
  readonly detail?: (row: Row) => ReactNode;
  readonly open?: string | null;
  readonly onOpen?: (key: string | null) => void;
  /** On a telephone each row is a card, its columns one below the other: for lists too wide for it. */
  readonly cards?: boolean;
  /** Called with a row to name it: "Choose Anna". */
  readonly rowName?: (row: Row) => string;
}

/** A list of the API: sorted, filtered and paged by the server; rows can be chosen and opened. */
export function DataGrid<Row>(props: DataGridProps<Row>): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const { columns, rows, rowKey, choosing, detail, rowName } = props;
  const chosenHere = rows?.filter((row) => choosing?.keys.has(rowKey(row))).length ?? 0;
  const every = rows !== undefined && rows.length > 0 && chosenHere === rows.length;
  const span = columns.length + (choosing ? 1 : 0) + (detail ? 1 : 0);
  const looks = columns.map(({ align, wideOnly }, at) =>
    mergeClasses(
      styles.cell,
      align === "end" && styles.end,
      props.cards && (at === 0 ? styles.name : styles.line),
      wideOnly && styles.wide,
    ),
  );
  const choose = (keys: readonly string[], on: boolean): void => {
    const next = new Set(choosing?.keys);
    for (const key of keys) {
      if (on) next.add(key);
      else next.delete(key);
    }
    choosing?.onChange(next);
  };
  if (rows === undefined) return <Loading height={420} />;
  return (
    <div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className={styles.frame} tabIndex={0} role="group" aria-label={props.caption} data-print="whole">
        <table
          className={mergeClasses(styles.table, props.cards && styles.stack, props.waiting && styles.waiting)}
          aria-busy={props.waiting ?? false}
        >
          <caption className={styles.caption}>{props.caption}</caption>
          <thead className={props.cards ? styles.noHead : undefined}>
            <tr>
              {choosing !== undefined && (
                <th scope="col" className={mergeClasses(styles.cell, styles.narrow)} data-print="no">
                  <Tick
                    name={t("grid.chooseAll")}
                    ticked={every ? true : chosenHere > 0 ? "mixed" : false}
                    onChange={(ticked) => choose(rows.map(rowKey), ticked)}
                  />
                </th>
              )}
              {detail !== undefined && (
                <th scope="col" className={mergeClasses(styles.cell, styles.narrow)} data-print="no">
                  <span className={styles.caption}>{t("grid.details")}</span>
                </th>
              )}
              {columns.map((column) => (
                <HeaderCell key={column.id} column={column} sorted={props.sorted} onSort={props.onSort} />
              ))}
            </tr>
          </thead>
          <tbody className={props.cards ? styles.stack : undefined}>
            {rows.map((row) => {
              const key = rowKey(row);
              const open = detail !== undefined && props.open === key;
              const chosen = choosing?.keys.has(key) ?? false;
              const name = rowName?.(row) ?? key;
              return (
                <Fragment key={key}>
                  <tr className={mergeClasses(styles.row, props.cards && styles.card, chosen && styles.chosen)}>
                    {choosing !== undefined && (
                      <td className={mergeClasses(styles.cell, styles.narrow)} data-print="no">
                        <Tick
                          name={t("grid.choose", { name })}
                          ticked={chosen}
                          onChange={(ticked) => choose([key], ticked)}
                        />
                      </td>
                    )}
                    {detail !== undefined && (
                      <td className={mergeClasses(styles.cell, styles.narrow)} data-print="no">
                        <button
                          type="button"
                          className={styles.opener}
                          aria-expanded={open}
                          aria-label={t("grid.open", { name })}
                          onClick={() => props.onOpen?.(open ? null : key)}
                        >
                          {open ? <ChevronDown20Regular /> : <ChevronRight20Regular />}
                        </button>
                      </td>
                    )}
                    {columns.map((column, at) => {
                      const Cell = at === 0 ? "th" : "td";
                      return (
                        <Cell
                          key={column.id}
                          {...(at === 0 ? { scope: "row" } : {})}
                          className={looks[at]}
                          data-column={props.cards && at > 0 ? column.header : undefined}
                        >
                          {column.cell(row)}
                        </Cell>
                      );
                    })}
                  </tr>
                  {open && (
                    <tr>
                      <td colSpan={span} className={mergeClasses(styles.cell, styles.detail)}>
                        {detail(row)}
                      </td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
        {rows.length === 0 && <Empty title={props.empty} hint={props.emptyHint} />}
      </div>
      {props.paging !== undefined && (
        <Pager paging={props.paging} pageInfo={props.pageInfo} shown={rows.length} waiting={props.waiting ?? false} />
      )}
    </div>
  );
}
