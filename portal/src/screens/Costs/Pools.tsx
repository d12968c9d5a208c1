import { Text } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import type { CostsTelephoneQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";
import { Unknown } from "@/parts/Unknown";

type Pool = NonNullable<CostsTelephoneQuery["tenant"]>["at"]["callingPlanPools"][number];

/** How far the minutes included in calling plans were used in the month. */
export function Pools({ pools }: { readonly pools: readonly Pool[] }): ReactElement {
  const { t } = useWords("Costs");
  const formats = useFormats();
  const used = (minutes: number, included: number, share: number | null | undefined): ReactElement => (
    <>
      {t("phone.used", { used: formats.number(minutes), included: formats.number(included) })}
      {share != null && (
        <Text size={200} block align="end">
          {formats.percent(share)}
        </Text>
      )}
    </>
  );
  const columns: Column<Pool>[] = [
    { id: "plan", header: t("phone.plan"), cell: ({ capability }) => capability },
    { id: "country", header: t("phone.country"), cell: ({ country }) => country ?? <Unknown /> },
    { id: "seats", header: t("phone.licences"), align: "end", cell: ({ licences }) => formats.number(licences) },
    {
      id: "home",
      header: t("phone.home"),
      align: "end",
      cell: (pool) => used(pool.minutesAtHome, pool.includedAtHome, pool.shareAtHome),
    },
    {
      id: "abroad",
      header: t("phone.abroad"),
      align: "end",
      cell: (pool) => used(pool.minutesAbroad, pool.includedAbroad, pool.shareAbroad),
    },
  ];
  return (
    <Section title={t("phone.pools")}>
      <DataGrid
        caption={t("phone.pools")}
        columns={columns}
        rows={pools}
        rowKey={({ capability, country }) => `${capability}~${country}`}
        empty={t("phone.poolsEmpty")}
      />
    </Section>
  );
}
