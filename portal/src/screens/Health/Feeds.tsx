import { Text } from "@fluentui/react-components";
import { memo } from "react";
import { useWords } from "@/i18n/words";
import type { Feed, HealthQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";

type Freshness = NonNullable<HealthQuery["tenant"]>["freshness"];
type Gap = Freshness["gaps"][number];

/** When each source was last read completely, and every gap. */
export const Feeds = memo(function Feeds(props: {
  readonly freshness: Freshness;
  readonly className?: string;
}): React.JSX.Element {
  const { t } = useWords("Health");
  const formats = useFormats();
  const moment = useMoment();
  const { feeds, gaps } = props.freshness;
  const when = (at: string): string => formats.instant(at, moment.timeZone);
  const gapsOf = (feed: Feed): number => gaps.filter((gap) => gap.feed === feed).length;
  const columns: Column<Freshness["feeds"][number]>[] = [
    { id: "feed", header: t("feeds.feed"), cell: ({ feed }) => t(`feeds.names.${feed}`) },
    {
      id: "read",
      header: t("feeds.read"),
      cell: ({ collectedAt }) => (collectedAt == null ? t("feeds.never") : when(collectedAt)),
    },
    {
      id: "age",
      header: t("feeds.age"),
      wideOnly: true,
      cell: ({ collectedAt }) => (collectedAt == null ? "" : formats.ago(collectedAt)),
    },
    {
      id: "gap",
      header: t("feeds.gaps"),
      align: "end",
      cell: ({ feed }) => (gapsOf(feed) === 0 ? t("feeds.noGap") : formats.number(gapsOf(feed))),
    },
  ];
  const gapColumns: Column<Gap>[] = [
    { id: "feed", header: t("feeds.feed"), cell: ({ feed }) => t(`feeds.names.${feed}`) },
    {
      id: "reason",
      header: t("feeds.reason"),
      cell: ({ reason }) => t(`feeds.reasons.${reason}`, { defaultValue: reason }),
    },
    {
      id: "since",
      header: t("feeds.since"),
      cell: ({ since }) => (since == null ? t("feeds.begin") : when(since)),
    },
    { id: "until", header: t("feeds.until"), cell: ({ until }) => (until == null ? t("feeds.lasting") : when(until)) },
  ];
  return (
    <Section className={props.className} title={t("feeds.title")}>
      <DataGrid
        caption={t("feeds.caption")}
        columns={columns}
        rows={feeds}
        rowKey={({ feed }) => feed}
        empty={t("feeds.never")}
      />
      {gaps.length === 0 ? (
        <Text size={200}>{t("feeds.gapsNone")}</Text>
      ) : (
        <DataGrid
          caption={t("feeds.gapsCaption")}
          columns={gapColumns}
          rows={gaps}
          rowKey={(gap) => `${gap.feed} ${gap.reason} ${gap.since}`}
          empty={t("feeds.gapsNone")}
        />
      )}
    </Section>
  );
});
