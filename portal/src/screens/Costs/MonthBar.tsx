import { Button, Input, makeStyles, Tooltip, tokens } from "@fluentui/react-components";
import { ChevronLeft20Regular } from "@fluentui/react-icons/svg/chevron-left";
import { ChevronRight20Regular } from "@fluentui/react-icons/svg/chevron-right";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { later, monthOf, type Month } from "./months";

const useStyles = makeStyles({
  bar: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalXS },
  input: { width: "170px" },
});

/** Choose a calendar month, up to the one of the day looked at. */
export function MonthBar(props: {
  readonly month: Month;
  readonly day: string;
  readonly onMonth: (month: Month) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Costs");
  const { month, day, onMonth } = props;
  const last = monthOf(day);
  return (
    <div className={styles.bar} role="group" aria-label={t("month.label")} data-print="no">
      <Tooltip content={t("month.previous")} relationship="label">
        <Button appearance="subtle" icon={<ChevronLeft20Regular />} onClick={() => onMonth(later(month, -1))} />
      </Tooltip>
      <Input
        key={month}
        className={styles.input}
        type="month"
        aria-label={t("month.label")}
        defaultValue={month}
        max={last}
        onChange={(_, { value }) => {
          if (/^\d{4}-\d{2}$/.test(value) && value <= last) onMonth(value);
        }}
      />
      <Tooltip content={t("month.next")} relationship="label">
        <Button
          appearance="subtle"
          icon={<ChevronRight20Regular />}
          disabled={month >= last}
          onClick={() => onMonth(later(month, 1))}
        />
      </Tooltip>
    </div>
  );
}
