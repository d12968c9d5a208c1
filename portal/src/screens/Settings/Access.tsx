import { Badge, makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useTenant, useViewer } from "@/app/tenant";
import type { Role } from "@/gql/graphql";
import { DataGrid } from "@/parts/DataGrid";
import { Section } from "@/parts/Section";

/** Every role, and whether it changes settings. */
const ROLES: readonly { readonly role: Role; readonly changes: boolean }[] = [
  { role: "PROVIDER_ADMIN", changes: true },
  { role: "PROVIDER_OPERATOR", changes: false },
  { role: "RESELLER", changes: false },
  { role: "CUSTOMER_ADMIN", changes: true },
  { role: "CUSTOMER_VIEWER", changes: false },
  { role: "AUDITOR", changes: false },
  { role: "SEE_PERSONS", changes: false },
];

const useStyles = makeStyles({
  roles: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** Who may change the settings of this customer, and whether the viewer may. */
export function Access(): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Settings");
  const viewer = useViewer();
  const { mayChange } = useTenant();
  const change = Object.values(mayChange).some((may) => may === true);
  return (
    <Section title={t("access.title")}>
      <Text>{viewer.name === null ? t("access.youUnnamed") : t("access.you", { name: viewer.name })}</Text>
      <div className={styles.roles}>
        {viewer.roles.map((role) => (
          <Badge key={role} appearance="tint" size="large">
            {t(`role.${role}`)}
          </Badge>
        ))}
      </div>
      <Text weight="semibold">{t(change ? "access.may" : "access.mayNot")}</Text>
      <DataGrid
        caption={t("access.title")}
        rows={ROLES}
        rowKey={({ role }) => role}
        empty=""
        columns={[
          { id: "role", header: t("access.role"), cell: ({ role }) => t(`role.${role}`) },
          { id: "sees", header: t("access.sees"), cell: ({ role }) => t(`sees.${role}`) },
          { id: "changes", header: t("access.changes"), cell: ({ changes }) => t(changes ? "rules.yes" : "rules.no") },
        ]}
      />
      <Text size={200} className={styles.quiet}>
        {t("access.given")}
      </Text>
    </Section>
  );
}
