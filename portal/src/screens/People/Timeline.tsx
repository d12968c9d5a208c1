import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";

import type { Span } from "./spans";

/** A sign of life: one dot. */
export interface Sign {
  source: string;
  at: string;
}

const useStyles = makeStyles({
  frame: { overflowX: "auto" },
  rows: {
    minWidth: "560px",
    paddingRight: "8px", // half a dot
    display: "grid",
    gridTemplateColumns: "minmax(120px, 28%) 1fr",
    columnGap: "12px",
    "@media (max-width: 599px)": { minWidth: 0 },
  },
  label: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    paddingBlock: "6px",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
  path: { color: tokens.colorNeutralForeground3 },
  lane: { position: "relative", minHeight: "28px", borderLeft: `1px solid ${tokens.colorNeutralStroke2}` },
  grid: { position: "absolute", top: 0, bottom: 0, width: "1px", backgroundColor: tokens.colorNeutralStroke3 },
  bar: {
    position: "absolute",
    top: "8px",
    height: "12px",
    minWidth: "3px",
    backgroundColor: tokens.colorBrandBackground,
    borderRadius: tokens.borderRadiusSmall,
  },
  byGroup: { backgroundColor: tokens.colorPaletteTealBorderActive },
  openStart: { borderTopLeftRadius: 0, borderBottomLeftRadius: 0 },
  dot: {
    position: "absolute",
    top: "8px",
    width: "10px",
    height: "10px",
    marginLeft: "-6px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorPaletteMarigoldBorderActive,
    border: `1px solid ${tokens.colorNeutralForeground1}`,
  },
  axis: { position: "relative", height: "22px" },
  tick: {
    position: "absolute",
    transform: "translateX(-50%)",
    fontSize: tokens.fontSizeBase100,
    color: tokens.colorNeutralForeground2,
    whiteSpace: "nowrap",
  },
  between: { "@media (max-width: 599px)": { display: "none" } },
  first: { transform: "none" },
  last: { transform: "translateX(-100%)" },
});

const TICKS = 5;

/**
 * Licences as bars and signs of life as dots, up to `end`. The time before the last two years is folded to the left edge
 * unless nothing is younger: a licence of ten years would leave no room for last month. A table stands beside it.
 */
export function Timeline({
  spans,
  signs,
  begin,
  end,
}: {
  spans: readonly Span[];
  signs: readonly Sign[];
  begin: Date;
  end: Date;
}): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("People");
  const formats = useFormats();
  const length = Math.max(1, end.getTime() - begin.getTime());
  const place = (at: string) => Math.min(100, Math.max(0, ((Date.parse(at) - begin.getTime()) / length) * 100));
  const shown = new Intl.DateTimeFormat(formats.locale, { dateStyle: "medium", timeZone: "UTC" });
  const ticks = Array.from({ length: TICKS }, (_, nth) => begin.getTime() + (length * nth) / (TICKS - 1));
  const lanes = new Map<string, Span[]>();
  for (const span of spans) {
    const lane = `${span.skuId} ${span.viaGroup ?? ""}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), span]);
  }
  const lines = ticks.map((tick) => (
    <span key={tick} className={styles.grid} style={{ left: `${((tick - begin.getTime()) / length) * 100}%` }} />
  ));

  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className={styles.frame} tabIndex={0} role="group" aria-label={t("person.timelineAbout")}>
      <div className={styles.rows} role="img" aria-label={`${t("person.timeline")}. ${t("person.timelineAbout")}`}>
        {[...lanes.entries()].map(([lane, ofLane]) => {
          const { name = "", viaGroup = null } = ofLane[0] ?? {};
          return (
            <div key={lane} style={{ display: "contents" }}>
              <div className={styles.label} title={name}>
                {name}{" "}
                <span className={styles.path}>· {viaGroup === null ? t("person.direct") : t("person.group")}</span>
              </div>
              <div className={styles.lane}>
                {lines}
                {ofLane.map((span) => {
                  const from = span.since === null ? 0 : place(span.since);
                  const to = span.until === null ? 100 : place(span.until);
                  return (
                    <span
                      key={`${span.since} ${span.until}`}
                      className={mergeClasses(
                        styles.bar,
                        viaGroup !== null && styles.byGroup,
                        from === 0 && styles.openStart,
                      )}
                      style={{ left: `${from}%`, width: `${to - from}%` }}
                      title={`${span.since === null ? t("person.before") : shown.format(new Date(span.since))} – ${
                        span.until === null ? t("person.held") : shown.format(new Date(span.until))
                      }`}
                    />
                  );
                })}
              </div>
            </div>
          );
        })}
        {signs.length > 0 && (
          <>
            <div className={styles.label}>{t("person.signs")}</div>
            <div className={styles.lane}>
              {lines}
              {signs.map((sign) => (
                <span
                  key={sign.source}
                  className={styles.dot}
                  style={{ left: `${place(sign.at)}%` }}
                  title={`${sign.source}: ${shown.format(new Date(sign.at))}`}
                />
              ))}
            </div>
          </>
        )}
        <div />
        <div className={styles.axis}>
          {ticks.map((tick, nth) => (
            <span
              key={tick}
              className={mergeClasses(
                styles.tick,
                nth === 0 ? styles.first : nth === TICKS - 1 ? styles.last : styles.between,
              )}
              style={{ left: `${(nth / (TICKS - 1)) * 100}%` }}
            >
              {shown.format(new Date(tick))}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}
