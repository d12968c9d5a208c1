import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { OverviewAdoptionDocument, type AdoptionPartsFragment } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Chart } from "@/parts/Chart";
import { Empty } from "@/parts/Empty";
import { Section } from "@/parts/Section";
import { plusDays } from "@/time/days";
import { useMoment } from "@/time/useMoment";

const useStyles = makeStyles({ quiet: { color: tokens.colorNeutralForeground3 } });

/** How far each workload is used by those who have it. `wait`: what stands above is asked first. */
export function Adoption({ wait }: { readonly wait: boolean }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Overview");
  const formats = useFormats();
  const { id } = useTenant();
  const { variables } = useMoment();
  const asked = useAsk(OverviewAdoptionDocument, { tenant: id, ...variables }, { pause: wait });
  const all = workloadsOf(asked.data?.tenant?.at);
  const [first] = all;
  const hint =
    first === undefined
      ? "\u00a0"
      : t("adoption.hint", { since: formats.day(first.since), until: formats.day(plusDays(first.until, -1)) });
  return (
    <Section title={t("adoption.title")} hint={hint}>
      <Answer to={asked} height={290}>
        {() => {
          const told = all.filter(({ adoption }) => adoption != null);
          const suppressed = all.filter((each) => each.suppressed).map(({ source }) => t(`workloads.${source}`));
          if (told.length === 0) return <Empty title={t("adoption.none")} />;
          return (
            <>
              <Chart
                name={t("adoption.title")}
                axis={t("adoption.axis")}
                labels={told.map(({ source }) => t(`workloads.${source}`))}
                series={[{ name: t("adoption.share"), values: told.map(({ adoption }) => adoption ?? null) }]}
                format={(value) => formats.percent(value)}
                shortFormat={(value) => formats.percent(value, 0)}
                horizontal
                height={40 + 34 * told.length}
              />
              {suppressed.length > 0 && (
                <Text size={200} className={styles.quiet}>
                  {t("adoption.suppressed", { names: formats.list(suppressed) })}
                </Text>
              )}
            </>
          );
        }}
      </Answer>
    </Section>
  );
}

/** The workloads of an answer, the most used first; those nobody may be told of last. */
export function workloadsOf(view: Record<string, unknown> | undefined): AdoptionPartsFragment[] {
  const found = Object.values(view ?? {}).filter(
    (value): value is AdoptionPartsFragment => typeof value === "object" && value !== null && "adoption" in value,
  );
  return found.sort((one, other) => (other.adoption ?? -1) - (one.adoption ?? -1));
}
