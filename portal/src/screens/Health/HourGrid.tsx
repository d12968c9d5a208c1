import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";

import type { HourState, LedgerDay } from "./hours";

const useStyles = makeStyles({
  frame: { overflowX: "auto" },
  table: { borderCollapse: "separate", borderSpacing: "2px", minWidth: "820px", width: "100%", tableLayout: "fixed" },
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
  },
  cell: {
    height: "24px",
    padding: 0,
    textAlign: "center",
    fontSize: tokens.fontSizeBase100,
    fontVariantNumeric: "tabular-nums",
    borderRadius: tokens.borderRadiusSmall,
    color: tokens.colorNeutralForeground1,
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
export function HourGrid({ days, caption }: { days: readonly LedgerDay[]; caption: string }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useTranslation("Health");
  const formats = useFormats();
  const shown = new Intl.DateTimeFormat(formats.locale, {
    weekday: "short",
    day: "2-digit",
    month: "2-digit",
    timeZone: "UTC",
  });

  return (
    <>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className={styles.frame} tabIndex={0} role="group" aria-label={caption}>
        <table className={styles.table} aria-label={caption}>
          <thead>
            <tr>
              <td className={styles.corner} />
              {Array.from({ length: 24 }, (_, hour) => (
                <th key={hour} scope="col" className={styles.head} aria-label={`${hour}:00`}>
                  {hour}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr key={day.day}>
                <th scope="row" className={styles.row}>
                  {shown.format(new Date(`${day.day}T00:00:00Z`))}
                </th>
                {Array.from({ length: 24 }, (_, nth) => {
                  const found = day.hours.find(({ hour }) => new Date(hour.hour).getUTCHours() === nth);
                  if (found === undefined) return <td key={nth} className={mergeClasses(styles.cell, styles.absent)} />;
                  const { hour, state } = found;
                  return (
                    <td
                      key={nth}
                      className={mergeClasses(styles.cell, styles[state])}
                      title={t("coverage.hour", {
                        day: day.day,
                        hour: `${nth}:00`,
                        there: formats.number(hour.fetched),
                        missing: formats.number(hour.missing),
                        state: t(`coverage.states.${state}`),
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
            ))}
          </tbody>
        </table>
      </div>
      <div className={styles.legend}>
        {STATES.map((state) => (
          <span key={state} className={styles.item}>
            <span className={mergeClasses(styles.mark, styles[state])} aria-hidden>
              {SIGN[state]}
            </span>
            {t(`coverage.states.${state}`)}
          </span>
        ))}
      </div>
    </>
  );
}
