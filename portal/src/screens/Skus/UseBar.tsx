import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";

const useStyles = makeStyles({
  track: {
    position: "relative",
    height: "8px",
    marginTop: "4px",
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralStroke2,
    overflow: "hidden",
  },
  part: { position: "absolute", top: 0, bottom: 0, left: 0 },
  assigned: { backgroundColor: tokens.colorBrandStroke2 },
  active: { backgroundColor: tokens.colorBrandBackground },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** How much of what was bought is assigned, and of it active, in figures and as a bar. null: no unit is enabled. */
export function UseBar(props: {
  readonly assigned: number | null;
  readonly active: number | null;
  /** Only paid products are judged. */
  readonly judged: boolean;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Skus");
  const formats = useFormats();
  const { assigned, active, judged } = props;
  if (!judged) return <span className={styles.quiet}>{t("list.notJudged")}</span>;
  if (assigned === null || active === null) return <span className={styles.quiet}>{t("list.noUnits")}</span>;
  const width = (share: number): { width: string } => ({ width: `${Math.min(1, share) * 100}%` });
  return (
    <>
      <Text size={200}>
        {formats.percent(assigned)} / {formats.percent(active)}
      </Text>
      <div className={styles.track} aria-hidden="true">
        <div className={mergeClasses(styles.part, styles.assigned)} style={width(assigned)} />
        <div className={mergeClasses(styles.part, styles.active)} style={width(active)} />
      </div>
    </>
  );
}
