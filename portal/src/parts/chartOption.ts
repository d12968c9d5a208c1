import type { Theme } from "@fluentui/react-components";
import type { EChartsCoreOption } from "echarts/core";

/** One series: a value for each label of the chart, null is unknown and leaves a gap. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly kind?: "bar" | "line" | "area";
  /** Series of one stack stand on each other. */
  readonly stack?: string;
  /** By default the next of the palette. */
  readonly colour?: string;
}

/** Colours of a palette that is told apart in both themes and by most kinds of colour blindness. */
export function paletteOf(dark: boolean): readonly string[] {
  return dark
    ? ["#62abf5", "#f7b955", "#5ec9a4", "#e98aa5", "#b39df3", "#a5b1bd", "#d6cf5f", "#6fd3e0"]
    : ["#0f6cbd", "#c26a00", "#0b7a5c", "#b3265a", "#6b4fc8", "#5c6a77", "#857a00", "#04788a"];
}

/** What surrounds every chart: fonts, colours, and tips drawn on the canvas, since the page's policy forbids inline styles. */
export function frameOf(theme: Theme, dark: boolean): EChartsCoreOption {
  return {
    color: [...paletteOf(dark)],
    animation: false,
    textStyle: { fontFamily: theme.fontFamilyBase, color: theme.colorNeutralForeground2 },
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: theme.colorNeutralBackground1,
      borderColor: theme.colorNeutralStroke1,
      textStyle: { color: theme.colorNeutralForeground1, fontSize: 12 },
    },
  };
}

/** The option of a chart of series over labels. */
export function optionOf(input: {
  readonly theme: Theme;
  readonly dark: boolean;
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly horizontal: boolean;
  readonly axis: (value: number) => string;
  readonly format: (value: number, series: number) => string;
  readonly unknown: string;
}): EChartsCoreOption {
  const { theme, series, horizontal } = input;
  const frame = frameOf(theme, input.dark);
  const quiet = { color: theme.colorNeutralForeground3, fontSize: 11 };
  const line = { lineStyle: { color: theme.colorNeutralStroke2 } };
  const names = {
    type: "category",
    data: [...input.labels],
    axisLabel: {
      ...quiet,
      margin: 12, // clear of the value at the foot of the other axis
      hideOverlap: true,
      ...(horizontal ? { width: 150, overflow: "break", lineHeight: 13 } : {}),
    },
    axisLine: line,
    axisTick: { show: false },
    inverse: horizontal,
  };
  const values = {
    type: "value",
    axisLabel: { ...quiet, formatter: input.axis, hideOverlap: true },
    splitLine: line,
    splitNumber: 4,
  };
  const many = series.length > 1;
  return {
    ...frame,
    grid: { left: 4, right: 12, top: many ? 34 : 10, bottom: 4, containLabel: true },
    legend: many
      ? { top: 0, left: 0, type: "scroll", textStyle: { color: theme.colorNeutralForeground2 }, itemHeight: 10 }
      : undefined,
    tooltip: {
      ...(frame["tooltip"] as object),
      trigger: "axis",
      formatter: (points: { dataIndex: number }[]) => {
        const at = points[0]?.dataIndex ?? 0;
        const lines = series.map(({ name, values: all }, index) => {
          const value = all[at] ?? null;
          return `${name}: ${value === null ? input.unknown : input.format(value, index)}`;
        });
        return [input.labels[at] ?? "", ...lines].join("\n");
      },
    },
    xAxis: horizontal ? values : names,
    yAxis: horizontal ? names : values,
    series: series.map(({ name, values: data, kind = "bar", stack, colour }) => ({
      name,
      type: kind === "bar" ? "bar" : "line",
      data: [...data],
      stack,
      barMaxWidth: 36,
      showSymbol: data.length < 40,
      symbolSize: 5,
      connectNulls: false,
      areaStyle: kind === "area" ? { opacity: 0.25 } : undefined,
      itemStyle: colour === undefined ? undefined : { color: colour },
      lineStyle: { width: 2 },
    })),
  };
}
