import { Badge, makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useWords } from "@/i18n/words";
import type { PersonQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Unknown } from "@/parts/Unknown";

type User = NonNullable<NonNullable<PersonQuery["tenant"]>["at"]["user"]>;

const useStyles = makeStyles({
  list: {
    display: "grid",
    gridTemplateColumns: "minmax(110px, max-content) minmax(0, 1fr)",
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    margin: 0,
  },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, overflowWrap: "anywhere" },
});

/** What the directory says of a person. */
export function Profile({ user }: { readonly user: User }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("People");
  const formats = useFormats();
  const told = (value: string | null | undefined): ReactNode => value ?? <Unknown why={t("person.notTold")} />;
  const lines: [string, ReactNode][] = [
    [t("person.userPrincipalName"), told(user.userPrincipalName)],
    [t("person.department"), told(user.department)],
    [t("person.company"), told(user.company)],
    [t("person.costCentre"), told(user.costCentre)],
    [t("person.country"), told(user.country)],
    [t("person.usageLocation"), told(user.usageLocation)],
    [
      t("person.kind"),
      <>
        {t("person.kindWhy", { kind: t(`kind.${user.kind}`), source: t(`person.source.${user.kindSource}`) })}{" "}
        {user.kindConfidence === "LOW" && (
          <Badge appearance="tint" color="warning">
            {t("unsure")}
          </Badge>
        )}
      </>,
    ],
    [t("person.account"), user.enabled ? t("enabled") : t("disabled")],
    [t("person.createdAt"), user.createdAt == null ? <Unknown /> : formats.instant(user.createdAt, "UTC")],
  ];
  return (
    <dl className={styles.list}>
      {lines.map(([term, value]) => (
        <div key={term} style={{ display: "contents" }}>
          <dt className={styles.term}>{term}</dt>
          <dd className={styles.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
