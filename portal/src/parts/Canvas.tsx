import { makeStyles } from "@fluentui/react-components";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useFormats } from "@/i18n/format";
import { useEffect, useRef, useState, type ReactElement } from "react";

/** ECharts; on its way as soon as a screen with charts is, since it takes as long as their figures do. */
const library = () => import("./echarts");
void library().catch(() => undefined); // asked for again by the first chart

const useStyles = makeStyles({ box: { width: "100%", minWidth: 0, contain: "strict" } }); // many are drawn one after another

/**
 * A drawing by ECharts. It is hidden from screen readers: the table beside it
 * says the same. `onPick`: the position of what was clicked.
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
  const shown = useRef(props);
  const [coming, setComing] = useState(true);
  const { locale } = useFormats();
  const drawn = JSON.stringify(props.option) + locale; // what formatters make depends on the locale alone

  useEffect(() => {
    shown.current = props;
  });

  useEffect(() => {
    if (chart.current !== null) draw(chart.current, shown.current.option);
  }, [drawn]);

  useEffect(() => {
    let gone = false;
    const element = box.current;
    const observer = new ResizeObserver(() => {
      const made = chart.current;
      if (made === null || element === null) return;
      // It is told once at the beginning as well, when all is drawn in this size already.
      if (made.getWidth() === element.clientWidth && made.getHeight() === element.clientHeight) return;
      made.resize();
      made.getZr().flush();
    });
    void library()
      .then(({ init }) => {
        if (gone || element === null) return;
        const made = init(element);
        chart.current = made;
        draw(made, shown.current.option);
        made.on("click", (event) => shown.current.onPick?.(event.dataIndex, event.seriesIndex ?? 0));
        observer.observe(element);
      })
      .finally(() => setComing(false));
    return () => {
      gone = true;
      observer.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  return (
    <div ref={box} className={styles.box} style={{ height: props.height }} aria-hidden="true" aria-busy={coming} />
  );
}

/** At once, not with the next frame: nothing flickers, and a page being printed has its charts. */
function draw(chart: EChartsType, option: EChartsCoreOption): void {
  chart.setOption(option, { notMerge: true });
  chart.getZr().flush();
}
