import { Badge } from "@fluentui/react-components";
import { memo } from "react";
import { useWords } from "@/i18n/words";
import { DataGrid, type Column } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";

interface Row {
  readonly permission: string;
  readonly granted: boolean;
}

/** Permissions of Microsoft Graph, those that are missing first. */
export const Permissions = memo(function Permissions(props: {
  readonly granted: readonly string[];
  readonly missing: readonly string[];
}): React.JSX.Element {
  const { t } = useWords("Health");
  const uses = t("permissions.for", { returnObjects: true }) as Record<string, string>;
  const rows: Row[] = [
    ...props.missing.map((permission) => ({ permission, granted: false })),
    ...props.granted.map((permission) => ({ permission, granted: true })),
  ];
  const columns: Column<Row>[] = [
    {
      id: "what",
      header: t("permissions.what"),
      cell: ({ permission }) => uses[permission] ?? t("permissions.other"),
    },
    { id: "permission", header: t("permissions.permission"), cell: ({ permission }) => <code>{permission}</code> },
    {
      id: "state",
      header: t("permissions.state"),
      cell: ({ granted }) => (
        <Badge appearance="tint" color={granted ? "success" : "danger"}>
          {t(granted ? "permissions.granted" : "permissions.missing")}
        </Badge>
      ),
    },
  ];
  return (
    <Section title={t("permissions.title")}>
      <DataGrid
        caption={t("permissions.caption")}
        columns={columns}
        rows={rows}
        rowKey={({ permission }) => permission}
        empty={t("permissions.none")}
      />
    </Section>
  );
});
