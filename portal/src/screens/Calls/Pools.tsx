import { useWords } from "@/i18n/words";
import type { PhoneCostsQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";
import { Unknown } from "@/parts/Unknown";

type Row = NonNullable<PhoneCostsQuery["tenant"]>["at"]["callingPlanPools"][number];

/** How far the minutes of calling plans are used in a calendar month, UTC. */
export function Pools({ pools, month }: { readonly pools: readonly Row[]; readonly month: string }): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const used = (minutes: number, included: number, share: number | null | undefined): string =>
    share == null
      ? t("phone.notIncluded", { used: formats.number(minutes) })
      : `${t("phone.usedOf", { used: formats.number(minutes), included: formats.number(included) })} (${formats.percent(share)})`;
  const columns: Column<Row>[] = [
    { id: "plan", header: t("phone.plan"), cell: (row) => row.capability },
    { id: "country", header: t("phone.country"), cell: (row) => row.country ?? <Unknown /> },
    { id: "licences", header: t("phone.licences"), align: "end", cell: (row) => formats.number(row.licences) },
    {
      id: "home",
      header: t("phone.home"),
      align: "end",
      cell: (row) => used(row.minutesAtHome, row.includedAtHome, row.shareAtHome),
    },
    {
      id: "abroad",
      header: t("phone.abroad"),
      align: "end",
      cell: (row) => used(row.minutesAbroad, row.includedAbroad, row.shareAbroad),
    },
  ];
  const title = t("phone.pools", { month: formats.month(month) });
  return (
    <Section title={title} hint={t("phone.poolsAbout")}>
      <DataGrid
        caption={`${title}: ${t("chart.table")}`}
        columns={columns}
        rows={pools}
        rowKey={(row) => `${row.capability} ${row.country}`}
        empty={t("phone.poolsNone")}
      />
    </Section>
  );
}
