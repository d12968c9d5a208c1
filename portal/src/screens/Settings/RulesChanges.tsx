import { makeStyles, Text } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { SettingsRulesQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";
import { differing, rulesOf } from "./ruleFacts";
import { useRuleWords, type RuleName } from "./useRuleWords";

type Told = NonNullable<SettingsRulesQuery["tenant"]>;

const useStyles = makeStyles({ list: { margin: 0, paddingLeft: "16px" } });

/** Every change of the rules, the newest first, with what it changed. */
export function RulesChanges({ tenant }: { readonly tenant: Told }): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const formats = useFormats();
  const { timeZone } = useMoment();
  const words = useRuleWords(new Map(tenant.at.skus.map(({ skuId, name }) => [skuId, name])));
  const rows = tenant.events.nodes.map((fact, at) => {
    const older = tenant.events.nodes[at + 1];
    return { fact, rules: rulesOf(fact.state), before: older === undefined ? null : rulesOf(older.state) };
  });
  return (
    <Section title={t("rules.changes")}>
      <DataGrid
        caption={t("rules.changes")}
        rows={rows}
        rowKey={({ fact }) => fact.position}
        empty={t("rules.changesEmpty")}
        columns={[
          {
            id: "recorded",
            header: t("rules.recorded"),
            cell: ({ fact }) => formats.instant(fact.recordedAt, timeZone),
          },
          {
            id: "what",
            header: t("rules.what"),
            minWidth: "200px",
            cell: ({ rules, before }) =>
              before === null ? (
                t("rules.first")
              ) : (
                <ul className={styles.list}>
                  {differing(before, rules).map((name) => (
                    <li key={name}>
                      {t("rules.fromTo", {
                        name: t(`rules.${name}`),
                        before: words(before, name as RuleName),
                        after: words(rules, name as RuleName),
                      })}
                    </li>
                  ))}
                </ul>
              ),
          },
          {
            id: "position",
            header: t("rules.position"),
            align: "end",
            wideOnly: true,
            cell: ({ fact }) => fact.position,
          },
        ]}
      />
      {tenant.events.pageInfo.hasNextPage && <Text size={200}>{t("rules.more")}</Text>}
    </Section>
  );
}
