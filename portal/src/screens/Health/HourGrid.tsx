import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { memo } from "react";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";

import type { HourState, LedgerDay } from "./hours";

const TELEPHONE = "@media screen and (max-width: 599px)";

const useStyles = makeStyles({
  frame: { overflowX: "auto" },
  table: {
    borderCollapse: "separate",
    borderSpacing: "2px",
    minWidth: "820px",
    width: "100%",
    tableLayout: "fixed",
    [TELEPHONE]: { display: "block", minWidth: 0 },
  },
  heads: { [TELEPHONE]: { display: "none" } },
  body: { [TELEPHONE]: { display: "block" } },
  day: {
    [TELEPHONE]: {
      display: "grid",
      gridTemplateColumns: "repeat(8, minmax(0, 1fr))",
      gap: "2px",
      marginTop: tokens.spacingVerticalS,
    },
  },
  corner: { width: "104px" },
  head: {
    fontSize: tokens.fontSizeBase100,
    fontWeight: tokens.fontWeightRegular,
    color: tokens.colorNeutralForeground2,
    padding: 0,
  },
  row: {
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightRegular,
    textAlign: "start",
    padding: 0,
    whiteSpace: "nowrap",
    [TELEPHONE]: { gridColumn: "1 / -1" },
  },
  cell: {
    height: "24px",
    padding: 0,
    textAlign: "center",
    fontSize: tokens.fontSizeBase100,
    fontVariantNumeric: "tabular-nums",
    borderRadius: tokens.borderRadiusSmall,
    color: tokens.colorNeutralForeground1,
    [TELEPHONE]: {
      height: "auto",
      overflow: "hidden",
      "::before": { content: "attr(data-hour)", display: "block", color: tokens.colorNeutralForeground2 },
    },
  },
  COMPLETE: { backgroundColor: tokens.colorPaletteGreenBackground2 },
  MISSING: { backgroundColor: tokens.colorPaletteRedBackground2 },
  UNLISTED: { backgroundColor: tokens.colorPaletteYellowBackground2 },
  YOUNG: { backgroundColor: tokens.colorNeutralBackground3 },
  absent: { backgroundColor: "transparent" },
  legend: {
    display: "flex",
    flexWrap: "wrap",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    marginTop: tokens.spacingVerticalS,
    fontSize: tokens.fontSizeBase200,
  },
  item: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalXS },
  mark: {
    width: "20px",
    height: "16px",
    display: "inline-block",
    textAlign: "center",
    fontSize: tokens.fontSizeBase100,
    borderRadius: tokens.borderRadiusSmall,
    color: tokens.colorNeutralForeground1,
  },
});

const STATES: readonly HourState[] = ["COMPLETE", "MISSING", "UNLISTED", "YOUNG"];
const SIGN: Record<HourState, string> = { COMPLETE: "7", MISSING: "−2", UNLISTED: "?", YOUNG: "…" };

/** Hours of days: a number of calls where the hour is complete, otherwise a sign, so that colour alone says nothing. */
export const HourGrid = memo(function HourGrid({
  days,
  caption,
}: {
  days: readonly LedgerDay[];
  caption: string;
}): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Health");
  const formats = useFormats();
  const shown = new Intl.DateTimeFormat(formats.locale, {
    weekday: "short",
    day: "2-digit",
    month: "2-digit",
    timeZone: "UTC",
  });
  const words = Object.fromEntries(STATES.map((state) => [state, t(`coverage.states.${state}`)]));

  return (
    <>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className={styles.frame} tabIndex={0} role="group" aria-label={caption}>
        <table className={styles.table} aria-label={caption}>
          <thead className={styles.heads}>
            <tr>
              <td className={styles.corner} />
              {Array.from({ length: 24 }, (_, hour) => (
                <th key={hour} scope="col" className={styles.head} aria-label={`${hour}:00`}>
                  {hour}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className={styles.body}>
            {days.map((day) => {
              const hours = new Map(day.hours.map((each) => [new Date(each.hour.hour).getUTCHours(), each]));
              return (
                <tr key={day.day} className={styles.day}>
                  <th scope="row" className={styles.row}>
                    {shown.format(new Date(`${day.day}T00:00:00Z`))}
                  </th>
                  {Array.from({ length: 24 }, (_, nth) => {
                    const found = hours.get(nth);
                    if (found === undefined)
                      return (
                        <td key={nth} data-hour={`${nth}:00`} className={mergeClasses(styles.cell, styles.absent)} />
                      );
                    const { hour, state } = found;
                    return (
                      <td
                        key={nth}
                        data-hour={`${nth}:00`}
                        className={mergeClasses(styles.cell, styles[state])}
                        title={t("coverage.hour", {
                          day: day.day,
                          hour: `${nth}:00`,
                          there: formats.number(hour.fetched),
                          missing: formats.number(hour.missing),
                          state: words[state],
                        })}
                      >
                        {state === "COMPLETE"
                          ? formats.number(hour.fetched)
                          : state === "MISSING"
                            ? `−${formats.number(hour.missing)}`
                            : SIGN[state]}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className={styles.legend}>
        {STATES.map((state) => (
          <span key={state} className={styles.item}>
            <span className={mergeClasses(styles.mark, styles[state])} aria-hidden>
              {SIGN[state]}
            </span>
            {words[state]}
          </span>
        ))}
      </div>
    </>
  );
});
