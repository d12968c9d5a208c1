import { Badge } from "@fluentui/react-components";
import { memo } from "react";
import { useWords } from "@/i18n/words";
import type { HealthQuery } from "@/gql/graphql";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";
import { Unknown } from "@/parts/Unknown";

type Capabilities = NonNullable<HealthQuery["tenant"]>["capabilities"];
type Name = Exclude<keyof Capabilities, "__typename">;

const NAMES: readonly Name[] = [
  "entraP1",
  "reports",
  "concealedNames",
  "copilotReports",
  "pstnLogs",
  "directRouting",
  "renewals",
];

/** What can be read beyond the permissions, and what follows where it cannot. Names concealed is the bad answer. */
export const CapabilityList = memo(function CapabilityList({
  capabilities,
}: {
  readonly capabilities: Capabilities;
}): React.JSX.Element {
  const { t } = useWords("Health");
  const good = (name: Name): boolean => capabilities[name] !== (name === "concealedNames");
  const columns: Column<Name>[] = [
    { id: "what", header: t("capabilities.what"), cell: (name) => t(`capabilities.${name}`) },
    {
      id: "answer",
      header: t("capabilities.answer"),
      cell: (name) =>
        capabilities[name] == null ? (
          <Unknown why={t("capabilities.unknown")} />
        ) : (
          <Badge appearance="tint" color={good(name) ? "success" : "warning"}>
            {t(capabilities[name] ? "capabilities.yes" : "capabilities.no")}
          </Badge>
        ),
    },
    {
      id: "without",
      header: t("capabilities.follows"),
      cell: (name) => (capabilities[name] != null && !good(name) ? t(`capabilities.without.${name}`) : ""),
    },
  ];
  return (
    <Section title={t("capabilities.title")}>
      <DataGrid
        caption={t("capabilities.caption")}
        columns={columns}
        rows={NAMES}
        rowKey={(name) => name}
        empty={t("capabilities.unknown")}
      />
    </Section>
  );
});
