import { useWords } from "@/i18n/words";
import type { PersonQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { useMoment } from "@/time/useMoment";
import { shortGroup } from "./words";

type Row = NonNullable<NonNullable<PersonQuery["tenant"]>["at"]["user"]>["holdings"][number];

/** The licences of a person: the same product by two paths is two lines and one seat. */
export function Holdings({ holdings }: { readonly holdings: readonly Row[] }): React.JSX.Element {
  const { t } = useWords("People");
  const formats = useFormats();
  const moment = useMoment();
  const columns: Column<Row>[] = [
    { id: "product", header: t("person.product"), minWidth: "160px", cell: (row) => row.sku.name },
    { id: "class", header: t("person.class"), wideOnly: true, cell: (row) => t(`skuClass.${row.sku.class}`) },
    {
      id: "path",
      header: t("person.path"),
      cell: (row) => (
        <span title={row.viaGroup ?? undefined}>
          {row.viaGroup == null ? t("person.direct") : t("person.byGroup", { group: shortGroup(row.viaGroup) })}
        </span>
      ),
    },
    { id: "since", header: t("person.since"), cell: (row) => formats.instant(row.heldSince, moment.timeZone) },
    {
      id: "plansOff",
      header: t("person.plansOff"),
      align: "end",
      wideOnly: true,
      cell: (row) => <span title={row.disabledPlans.join("\n")}>{formats.number(row.disabledPlans.length)}</span>,
    },
  ];
  return (
    <DataGrid
      caption={`${t("person.licences")}: ${t("chart.table")}`}
      columns={columns}
      rows={holdings}
      rowKey={(row) => `${row.sku.skuId} ${row.viaGroup ?? ""}`}
      empty={t("person.licencesNone")}
    />
  );
}
