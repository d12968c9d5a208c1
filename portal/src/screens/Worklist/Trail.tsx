import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";
import { useMoment } from "@/time/useMoment";
import type { EvidenceOf } from "./FindingEvidence";

const useStyles = makeStyles({
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
  },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** When this licence came and went, and when and from which fact that is known. */
export function Trail(props: {
  readonly changes: EvidenceOf["licenceChanges"]["nodes"];
  readonly more: boolean;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  const formats = useFormats();
  const { timeZone } = useMoment();
  if (props.changes.length === 0) return <Text>{t("evidence.noTrail")}</Text>;
  return (
    <>
      <ul className={styles.list}>
        {props.changes.map((change) => (
          <li key={change.position}>
            <Text block>
              {t(`change.${change.change}`)}{" "}
              {change.viaGroup == null ? t("evidence.direct") : t("evidence.via", { group: change.viaGroup })} ·{" "}
              {formats.instant(change.happenedAt, timeZone)}
            </Text>
            <Text size={200} className={styles.quiet}>
              {t("evidence.recorded", { when: formats.instant(change.recordedAt, timeZone) })} ·{" "}
              {t("evidence.position", { position: change.position })}
            </Text>
          </li>
        ))}
      </ul>
      {props.more && (
        <Text size={200} className={styles.quiet}>
          {t("evidence.trailMore")}
        </Text>
      )}
    </>
  );
}
