import { makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { FreshnessPartsFragment } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";

const useStyles = makeStyles({
  line: { display: "inline-flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
  warn: { color: tokens.colorPaletteDarkOrangeForeground1, fontWeight: tokens.fontWeightSemibold },
});

/** How fresh figures are, in one line: when they were read, and what they lack. Spread `...FreshnessParts`. */
export function Freshness({
  value,
  timeZone,
}: {
  readonly value: FreshnessPartsFragment;
  readonly timeZone?: string;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const formats = useFormats();
  const { collectedAt } = value;
  const gaps = value.gaps.map(({ feed, reason, since, until }) =>
    [
      t(`feeds.${feed}`),
      t(`gapReasons.${reason}`, { defaultValue: reason }),
      since == null ? t("freshness.neverRead") : formats.instant(since, timeZone),
      until == null ? t("freshness.lasts") : formats.instant(until, timeZone),
    ].join(" · "),
  );
  return (
    <span className={styles.line}>
      <span>
        {collectedAt == null
          ? t("freshness.never")
          : t("freshness.read", { at: formats.instant(collectedAt, timeZone) }) + ` (${formats.ago(collectedAt)})`}
      </span>
      {value.estimated && <span className={styles.warn}>{t("freshness.estimated")}</span>}
      {gaps.length > 0 && (
        <Tooltip content={gaps.slice(0, 6).join("\n")} relationship="description">
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- its description has to be reachable */}
          <span className={styles.warn} tabIndex={0}>
            {t("freshness.gaps", { count: gaps.length })}
          </span>
        </Tooltip>
      )}
    </span>
  );
}
