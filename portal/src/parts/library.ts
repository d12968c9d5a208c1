import type * as echarts from "./echarts";

/** ECharts. A screen with charts asks for it beside its own code: drawing waits for it longer than for the figures. */
export const library = (): Promise<typeof echarts> => import("./echarts");
