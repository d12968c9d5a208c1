import { Badge, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import type { FindingRemark, PersonQuery } from "@/gql/graphql";
import { Empty } from "@/parts/Empty";
import { Money } from "@/parts/Money";
import { useMoment } from "@/time/useMoment";
import { SAID } from "../Worklist/sentence";
import { useSentence } from "../Worklist/useSentence";
import { TextLink } from "./PersonLink";

type Findings = NonNullable<PersonQuery["tenant"]>["at"]["findings"]["nodes"];

const useStyles = makeStyles({
  list: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  item: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    paddingBottom: tokens.spacingVerticalM,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    ":last-child": { borderBottomStyle: "none", paddingBottom: 0 },
  },
  badges: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalS },
  saving: { textAlign: "end" },
  quiet: { color: tokens.colorNeutralForeground2 },
  wide: { gridColumn: "1 / -1" },
});

const COLOURS = { GUARANTEED: "danger", LIKELY: "warning", REVIEW: "informative", UNVERIFIABLE: "subtle" } as const;

/** What is wrong with a person's seats, in the reader's language. */
export function PersonFindings({ findings }: { readonly findings: Findings }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("People");
  const moment = useMoment();
  const { t: words } = useWords("Worklist");
  const say = useSentence();
  const remark = (each: FindingRemark): string => words(`remark.${each}`);
  if (findings.length === 0) return <Empty title={t("person.findingsNone")} />;
  return (
    <ul className={styles.list}>
      {findings.map((finding) => (
        <li key={finding.id} className={styles.item}>
          <div className={styles.badges}>
            <Text weight="semibold">{t(`person.cause.${finding.cause}`)}</Text>
            <Badge appearance="tint" color={COLOURS[finding.tier]}>
              {t(`person.tier.${finding.tier}`)}
            </Badge>
            {finding.decision != null && (
              <Badge appearance="outline">{t(`person.decision.${finding.decision.decision}`)}</Badge>
            )}
            <TextLink to={moment.link("worklist", { user: null, sku: finding.sku.skuId })}>{finding.sku.name}</TextLink>
          </div>
          <div className={styles.saving}>
            <Text size={200} className={styles.quiet}>
              {t("person.saving")}{" "}
            </Text>
            <Money value={finding.saving} />
          </div>
          <Text className={styles.wide} data-sentence={finding.cause}>
            {[say(finding), ...SAID.filter((each) => finding.remarks.includes(each)).map(remark)].join(" ")}
          </Text>
          <Text size={200} className={styles.quiet}>
            {t(`person.action.${finding.remedy.action}`)}
          </Text>
        </li>
      ))}
    </ul>
  );
}
