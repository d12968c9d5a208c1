import { Text } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import type { PersonQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { useMoment } from "@/time/useMoment";
import { isWeak } from "./words";

type OfUser = NonNullable<NonNullable<PersonQuery["tenant"]>["at"]["user"]>["activity"];
type Row = OfUser["sources"][number];

/** The newest sign of life by source, and what each can show. */
export function Activity({ activity }: { readonly activity: OfUser }): React.JSX.Element {
  const { t } = useWords("People");
  const formats = useFormats();
  const moment = useMoment();
  const newest = [...activity.sources].sort((one, other) => other.at.localeCompare(one.at));
  const columns: Column<Row>[] = [
    {
      id: "source",
      header: t("person.sourceColumn"),
      cell: (row) => t(`person.sourceName.${row.source}`, { defaultValue: row.source }),
    },
    { id: "when", header: t("person.whenColumn"), cell: (row) => formats.instant(row.at, moment.timeZone) },
    {
      id: "proves",
      header: t("person.proves"),
      wideOnly: true,
      cell: (row) => t(isWeak(row.source) ? "person.evidence.weak" : "person.evidence.strong"),
    },
  ];
  return (
    <>
      <DataGrid
        caption={`${t("person.activity")}: ${t("chart.table")}`}
        columns={columns}
        rows={newest}
        rowKey={(row) => row.source}
        empty={t("person.activityNone")}
      />
      {activity.quietSince != null && (
        <Text size={200}>
          {t("person.lastBefore", { date: formats.instant(activity.quietSince, moment.timeZone) })}
        </Text>
      )}
    </>
  );
}
