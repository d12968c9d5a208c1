import { Text } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useReadOn } from "@/api/useReadOn";
import { useTenant } from "@/app/tenant";
import { PersonHistoryDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Failed } from "@/parts/Failed";
import { Loading } from "@/parts/Loading";
import { Section } from "@/parts/Section";
import { plusDays, startOf } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { TextLink } from "./PersonLink";
import { Timeline, type Sign } from "./Timeline";
import { shortGroup } from "./words";
import { beginOf, spans, type Span } from "./spans";

const PAGES = 5;

/** Licences and signs of life over time, up to the moment, and the same as a table. */
export function PersonTimeline(props: {
  readonly user: string;
  readonly sources: readonly Sign[];
  readonly className?: string;
}): React.JSX.Element {
  const { t } = useWords("People");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const dayAfter = startOf(plusDays(moment.day, 1), moment.timeZone);
  const history = useReadOn(
    PersonHistoryDocument,
    { tenant: tenant.id, user: props.user, until: dayAfter.toISOString(), first: 200 },
    (data) => data.tenant?.licenceChanges,
    { pages: PAGES },
  );
  const held = spans(history.items, moment.knownAt);
  const signs = props.sources.map(({ source, at }) => ({
    source: t(`person.sourceName.${source}`, { defaultValue: source }),
    at,
  }));
  const shown = (instant: string): string => formats.instant(instant, moment.timeZone);
  const columns: Column<Span>[] = [
    { id: "product", header: t("person.product"), minWidth: "160px", cell: (row) => row.name },
    {
      id: "path",
      header: t("person.path"),
      wideOnly: true,
      cell: (row) =>
        row.viaGroup === null ? t("person.direct") : t("person.byGroup", { group: shortGroup(row.viaGroup) }),
    },
    {
      id: "from",
      header: t("person.from"),
      cell: (row) => (row.since === null ? t("person.before") : shown(row.since)),
    },
    {
      id: "until",
      header: t("person.until"),
      cell: (row) => (row.until === null ? t("person.held") : shown(row.until)),
    },
  ];
  return (
    <Section
      className={props.className}
      title={t("person.timeline")}
      hint={t("person.timelineAbout")}
      actions={
        <TextLink to={moment.link("history", { view: "changes", user: props.user })}>{t("person.history")}</TextLink>
      }
    >
      {history.trouble !== null && <Failed trouble={history.trouble} onRetry={history.again} />}
      {history.reading && held.length === 0 ? (
        <Loading height={200} />
      ) : (
        <>
          {held.length + signs.length > 0 && (
            <Timeline
              spans={held}
              signs={signs}
              begin={beginOf(held, signs, dayAfter)}
              end={new Date(dayAfter.getTime() - 1)}
            />
          )}
          <DataGrid
            caption={t("person.timelineTable")}
            columns={columns}
            rows={held}
            rowKey={(row) => `${row.skuId} ${row.viaGroup ?? ""} ${row.since ?? ""}`}
            empty={t("person.timelineNone")}
          />
          {!history.whole && !history.reading && history.trouble === null && (
            <Text size={200}>{t("person.timelineMore", { count: history.items.length })}</Text>
          )}
        </>
      )}
    </Section>
  );
}
