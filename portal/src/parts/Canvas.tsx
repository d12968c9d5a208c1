import { makeStyles } from "@fluentui/react-components";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useFormats } from "@/i18n/format";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { library } from "./library";
import { usePrinting } from "./usePrinting";

const useStyles = makeStyles({ box: { width: "100%", minWidth: 0, contain: "strict" } }); // many are drawn one after another

/** Charts this far below the window are drawn already: a notch of the wheel reaches no empty one. */
const NEAR_PX = 120;

/**
 * A drawing by ECharts, made when it comes near the window or onto paper. It is hidden from screen readers: the table
 * beside it says the same. `onPick`: the position of what was clicked.
 */
export function Canvas(props: {
  readonly option: EChartsCoreOption;
  /** Pixels. */
  readonly height: number;
  readonly onPick?: (at: number, series: number) => void;
}): ReactElement {
  const styles = useStyles();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const begin = useRef<() => void>(() => undefined);
  const shown = useRef(props);
  const [coming, setComing] = useState(true);
  const printing = usePrinting();
  const { locale } = useFormats();
  const drawn = JSON.stringify(props.option) + locale; // what formatters make depends on the locale alone

  useEffect(() => {
    shown.current = props;
  });

  useEffect(() => {
    if (chart.current !== null) draw(chart.current, shown.current.option);
  }, [drawn]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let state: "waiting" | "begun" | "gone" = "waiting";
    const sized = new ResizeObserver(() => {
      const made = chart.current;
      // It is told once at the beginning as well, when all is drawn in this size already.
      if (made === null || (made.getWidth() === element.clientWidth && made.getHeight() === element.clientHeight))
        return;
      made.resize({ width: element.clientWidth, height: element.clientHeight });
      made.getZr().flush();
    });
    const approached = new IntersectionObserver((all) => all.some((each) => each.isIntersecting) && begin.current(), {
      rootMargin: `${NEAR_PX}px`,
    });
    begin.current = () => {
      if (state !== "waiting") return;
      state = "begun";
      const room = { width: element.clientWidth, height: element.clientHeight };
      approached.disconnect();
      void library()
        .then(({ init }) => {
          if (state === "gone") return;
          const made = init(element, null, room); // told, as looking for it between drawings lays the page out each time
          chart.current = made;
          draw(made, shown.current.option);
          made.on("click", (event) => shown.current.onPick?.(event.dataIndex, event.seriesIndex ?? 0));
          sized.observe(element);
        })
        .finally(() => setComing(false));
    };
    if (element.getBoundingClientRect().top < innerHeight + NEAR_PX) begin.current();
    else {
      setComing(false); // nobody waits for it
      approached.observe(element);
    }
    return () => {
      state = "gone";
      approached.disconnect();
      sized.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    if (printing) begin.current();
  }, [printing]);

  return (
    <div ref={box} className={styles.box} style={{ height: props.height }} aria-hidden="true" aria-busy={coming} />
  );
}

/** At once, not with the next frame: nothing flickers, and a page being printed has its charts. */
function draw(chart: EChartsType, option: EChartsCoreOption): void {
  chart.setOption(option, { notMerge: true });
  chart.getZr().flush();
}
