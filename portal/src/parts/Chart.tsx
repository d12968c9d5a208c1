import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { DataBarVertical20Regular } from "@fluentui/react-icons/svg/data-bar-vertical";
import { Table20Regular } from "@fluentui/react-icons/svg/table";
import { useMemo, useState, type ReactElement, type ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useColours } from "@/app/theme";
import { useFormats } from "@/i18n/format";
import { Canvas } from "./Canvas";
import { ChartTable } from "./ChartTable";
import { frameOf, optionOf, type Series } from "./chartOption";
import { usePrinting } from "./usePrinting";

export type { Series } from "./chartOption";

const useStyles = makeStyles({
  figure: { margin: 0, minWidth: 0, display: "flex", flexDirection: "column" },
  switch: { alignSelf: "flex-end", marginBottom: tokens.spacingVerticalXXS },
  print: { display: "none" },
});

/** A chart and its table of the same figures; a button changes between them, print shows both. */
function WithTable(props: {
  readonly name: string;
  readonly height: number;
  readonly drawing: ReactNode;
  readonly table: (height?: number) => ReactNode;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const [asTable, setAsTable] = useState(false);
  const printing = usePrinting();
  return (
    <figure className={styles.figure} aria-label={props.name}>
      <Button
        className={styles.switch}
        size="small"
        appearance="subtle"
        icon={asTable ? <DataBarVertical20Regular /> : <Table20Regular />}
        aria-pressed={asTable}
        aria-label={`${t("chart.asTable")}: ${props.name}`}
        onClick={() => setAsTable(!asTable)}
      >
        {t(asTable ? "chart.chart" : "chart.table")}
      </Button>
      {asTable ? <div style={{ minHeight: props.height }}>{props.table(props.height)}</div> : props.drawing}
      {printing && !asTable && (
        <div className={styles.print} data-print="only">
          {props.table()}
        </div>
      )}
    </figure>
  );
}

/** The properties of a `Chart`. */
export interface ChartProps {
  /** For screen readers and its table. */
  readonly name: string;
  /** What the labels are, e.g. "Day". */
  readonly axis: string;
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  /** A value in full with its unit; by default a number. `series`: its position. */
  readonly format?: (value: number, series: number) => string;
  /** A value in few characters; by default as `format`. */
  readonly shortFormat?: (value: number) => string;
  /** Bars lie. */
  readonly horizontal?: boolean;
  /** Pixels. */
  readonly height?: number;
  /** A label was clicked: to drill down. */
  readonly onPick?: (label: number, series: number) => void;
}

/** Series over labels, as lines, areas or bars. */
export function Chart(props: ChartProps): ReactElement {
  const { t } = useWords();
  const formats = useFormats();
  const { theme, dark } = useColours();
  const { labels, series, height = 260, horizontal = false } = props;
  const format = props.format ?? ((value: number) => formats.number(value, 1));
  const axis = props.shortFormat ?? ((value: number) => format(value, 0));
  const option = optionOf({ theme, dark, labels, series, horizontal, format, axis, unknown: t("unknown") });
  return (
    <WithTable
      name={props.name}
      height={height}
      drawing={<Canvas option={option} height={height} onPick={props.onPick} />}
      table={(tall) => (
        <ChartTable
          caption={props.name}
          corner={props.axis}
          columns={series.map(({ name }) => name)}
          rows={labels.map((label, at) => ({ label, values: series.map(({ values }) => values[at] ?? null) }))}
          format={format}
          height={tall}
        />
      )}
    />
  );
}

/** A heat map: a value for each row and column, e.g. weekday by hour. `values[row][column]`; null is unknown. */
export function HeatMap(props: {
  readonly name: string;
  /** What rows and columns are, e.g. "Weekday and hour". */
  readonly axis: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | null)[])[];
  readonly format?: (value: number) => string;
  readonly height?: number;
}): ReactElement {
  const { t } = useWords();
  const formats = useFormats();
  const { theme, dark } = useColours();
  const { rows, columns, values, height = 260, format: given } = props;
  const format = useMemo(() => given ?? ((value: number) => formats.number(value)), [given, formats]);
  const option = useMemo(() => {
    const frame = frameOf(theme, dark);
    const quiet = { color: theme.colorNeutralForeground3, fontSize: 11 };
    const cells = values.flatMap((row, y) => row.flatMap((value, x) => (value === null ? [] : [[x, y, value]])));
    const most = Math.max(1, ...cells.map(([, , value]) => value ?? 0));
    return {
      ...frame,
      grid: { left: 4, right: 8, top: 4, bottom: 40, containLabel: true },
      tooltip: {
        ...(frame["tooltip"] as object),
        formatter: ({ value: [x = 0, y = 0] }: { value: number[] }) => {
          const value = values[y]?.[x] ?? null;
          return `${rows[y]}, ${columns[x]}\n${value === null ? t("unknown") : format(value)}`;
        },
      },
      xAxis: { type: "category", data: [...columns], axisLabel: quiet, axisTick: { show: false } },
      yAxis: { type: "category", data: [...rows], axisLabel: quiet, axisTick: { show: false }, inverse: true },
      visualMap: {
        min: 0,
        max: most,
        calculable: false,
        orient: "horizontal",
        left: "center",
        bottom: 0,
        itemHeight: 90,
        itemWidth: 12,
        textStyle: quiet,
        formatter: (value: number) => format(Math.round(value)),
        inRange: { color: dark ? ["#24303c", "#2f6ea8", "#9fd0ff"] : ["#eef4fb", "#7fb2e3", "#0c3b6b"] },
      },
      series: [
        { type: "heatmap", data: cells, itemStyle: { borderColor: theme.colorNeutralBackground1, borderWidth: 1 } },
      ],
    };
  }, [theme, dark, rows, columns, values, format, t]);
  return (
    <WithTable
      name={props.name}
      height={height}
      drawing={<Canvas option={option} height={height} />}
      table={(tall) => (
        <ChartTable
          caption={props.name}
          corner={props.axis}
          columns={columns}
          rows={rows.map((label, at) => ({ label, values: columns.map((_, x) => values[at]?.[x] ?? null) }))}
          format={format}
          height={tall}
        />
      )}
    />
  );
}
