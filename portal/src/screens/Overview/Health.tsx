import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { Link } from "react-router";
import type { Asked } from "@/api/useAsk";
import type { OverviewFiguresQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { DataGrid } from "@/parts/DataGrid";
import { Freshness } from "@/parts/Freshness";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";

const useStyles = makeStyles({ link: { color: tokens.colorBrandForegroundLink } });

/** When each source was last read, in brief. */
export function Health({ asked }: { readonly asked: Asked<OverviewFiguresQuery> }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Overview");
  const formats = useFormats();
  const { link, timeZone } = useMoment();
  const all = (
    <Link to={link("health")} className={styles.link}>
      {t("health.all")}
    </Link>
  );
  return (
    <Section title={t("health.title")} actions={all}>
      <Answer to={asked} height={290}>
        {({ tenant }) => {
          if (tenant == null) return null;
          const { freshness } = tenant.at;
          return (
            <>
              {freshness.complete && !freshness.estimated ? (
                <Text size={200}>{t("health.complete")}</Text>
              ) : (
                <Freshness value={freshness} timeZone={timeZone} />
              )}
              {freshness.lastFailure != null && freshness.lastFailureAt != null && (
                <Text size={200}>
                  {t("health.failed", {
                    code: freshness.lastFailure,
                    at: formats.instant(freshness.lastFailureAt, timeZone),
                  })}
                </Text>
              )}
              <DataGrid
                caption={t("health.title")}
                rows={freshness.feeds}
                rowKey={({ feed }) => feed}
                empty=""
                columns={[
                  { id: "feed", header: t("health.feed"), cell: ({ feed }) => t(`feeds.${feed}`) },
                  {
                    id: "read",
                    header: t("health.read"),
                    align: "end",
                    cell: ({ collectedAt }) =>
                      collectedAt == null ? t("health.never") : formats.instant(collectedAt, timeZone),
                  },
                ]}
              />
            </>
          );
        }}
      </Answer>
    </Section>
  );
}
