import { Badge, makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";
import type { WorklistEvidenceQuery } from "@/gql/graphql";
import { Evidence, Facts } from "@/parts/Evidence";
import { Freshness } from "@/parts/Freshness";
import { useMoment } from "@/time/useMoment";
import { SeatMoney } from "./SeatMoney";
import { TierBadge } from "./TierBadge";
import { Trail } from "./Trail";
import { GoLink } from "./GoLink";
import { useSentence } from "./useSentence";

/** The answer the panel is made from. */
export type EvidenceOf = NonNullable<WorklistEvidenceQuery["tenant"]>;

/** The finding itself. */
export type Finding = EvidenceOf["at"]["findings"]["nodes"][number];

const useStyles = makeStyles({
  body: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    paddingBottom: tokens.spacingVerticalL,
  },
  badges: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
  title: { margin: 0 },
  list: { margin: 0, paddingLeft: tokens.spacingHorizontalL },
  quiet: { color: tokens.colorNeutralForeground3, overflowWrap: "anywhere" },
  section: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXS },
});

/** What is known of one finding, in the order somebody asks: why, since when, how we know, the money, what to do. */
export function FindingEvidence(props: {
  readonly finding: Finding;
  readonly tenant: EvidenceOf;
  readonly idleDays: number | null;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  const formats = useFormats();
  const moment = useMoment();
  const { finding, tenant } = props;
  const person = finding.userName ?? t("list.unnamed");
  return (
    <div className={styles.body}>
      <Why finding={finding} />
      <Block title={t("evidence.since")}>
        <Since
          finding={finding}
          person={<GoLink to={moment.link(`people/${encodeURIComponent(finding.userId)}`)}>{person}</GoLink>}
        />
      </Block>
      <Block title={t("evidence.how")}>
        <Text weight="semibold" size={200}>
          {t("evidence.sources")}
        </Text>
        <Evidence sources={finding.evidence} timeZone={moment.timeZone} />
        <Text size={200} className={styles.quiet}>
          {props.idleDays === null
            ? t("evidence.rule", {
                idle: tenant.policy.idleDays,
                grace: tenant.policy.graceDays,
                disabled: tenant.policy.disabledDays,
              })
            : t("evidence.ruleOther", { idle: props.idleDays })}
        </Text>
        <Text size={200} className={styles.quiet}>
          <Freshness value={tenant.at.freshness} timeZone={moment.timeZone} />
        </Text>
      </Block>
      <Block title={t("evidence.money")}>
        <SeatMoney finding={finding} prices={tenant.at.prices} />
      </Block>
      <Block title={t("evidence.remedy")}>
        <Text>{t(`remedy.${finding.remedy.action}`, { better: finding.better?.name ?? "" })}</Text>
        {finding.remedy.groups.length > 0 && (
          <Text size={200} className={styles.quiet}>
            {t("remedy.groups", { groups: finding.remedy.groups.join(", ") })}
          </Text>
        )}
      </Block>
      {finding.decision != null && (
        <Block title={t("evidence.decided")}>
          <Text>
            {t(`decision.${finding.decision.decision}`)}
            {finding.decision.at != null && ` · ${formats.instant(finding.decision.at, moment.timeZone)}`}
          </Text>
          {finding.decision.note != null && <Text size={200}>{finding.decision.note}</Text>}
        </Block>
      )}
      <Block title={t("evidence.trail")}>
        <Trail changes={tenant.licenceChanges.nodes} more={tenant.licenceChanges.pageInfo.hasNextPage} />
      </Block>
    </div>
  );
}

function Why({ finding }: { readonly finding: Finding }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Worklist");
  const formats = useFormats();
  const say = useSentence();
  return (
    <Block title={t("evidence.why")}>
      <Text size={400}>{say(finding)}</Text>
      <div className={styles.badges}>
        <Badge appearance="outline">{t(`causes.${finding.cause}`)}</Badge>
        <TierBadge tier={finding.tier} />
        {finding.band != null && <Badge appearance="outline">{t("evidence.band", { days: finding.band })}</Badge>}
      </div>
      <Text size={200} className={styles.quiet}>
        {t(`tierHints.${finding.tier}`)}
      </Text>
      {finding.also.length > 0 && (
        <Text size={200}>
          {t("evidence.also", { causes: formats.list(finding.also.map((each) => t(`causes.${each}`))) })}
        </Text>
      )}
      {finding.remarks.length > 0 && (
        <ul className={styles.list}>
          {finding.remarks.map((each) => (
            <li key={each}>{t(`remark.${each}`)}</li>
          ))}
        </ul>
      )}
    </Block>
  );
}

function Since({ finding, person }: { readonly finding: Finding; readonly person: ReactNode }): ReactElement {
  const { t } = useWords("Worklist");
  const formats = useFormats();
  const { timeZone } = useMoment();
  const instant = (at: string | null | undefined): string | null => (at == null ? null : formats.instant(at, timeZone));
  const place = [finding.department, finding.company, finding.costCentre, finding.country].filter(
    (each) => each != null,
  );
  const quiet = instant(finding.quietSince) ?? (finding.cause === "NEVER_USED" ? t("list.never") : null);
  const items: [string, ReactNode][] = [
    [t("evidence.person"), person],
    [t("evidence.profile"), place.length === 0 ? t("list.nobody") : place.join(" · ")],
    [t("evidence.heldSince"), instant(finding.heldSince)],
    [finding.cause === "SKU_IDLE" ? t("evidence.quietSinceSku") : t("evidence.quietSince"), quiet],
  ];
  if (finding.disabledSince != null) items.push([t("evidence.disabledSince"), instant(finding.disabledSince)]);
  if (finding.coveredBy.length > 0) {
    items.push([t("evidence.covered"), formats.list(finding.coveredBy.map(({ name }) => name))]);
  }
  if (finding.better != null) items.push([t("evidence.better"), finding.better.name]);
  return <Facts items={items} />;
}

function Block({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  const styles = useStyles();
  return (
    <section className={styles.section}>
      <Text as="h3" weight="semibold" className={styles.title}>
        {title}
      </Text>
      {children}
    </section>
  );
}
