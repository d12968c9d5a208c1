import { makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { HealthDocument } from "@/gql/graphql";
import { Answer } from "@/parts/Answer";
import { Empty } from "@/parts/Empty";
import { PageHeader } from "@/parts/PageHeader";
import { Stale } from "@/parts/Stale";
import { useMoment } from "@/time/useMoment";
import { CapabilityList } from "./CapabilityList";
import { ConsentCard } from "./ConsentCard";
import { Coverage } from "./Coverage";
import { Feeds } from "./Feeds";
import { LedgerCard } from "./LedgerCard";
import { Permissions } from "./Permissions";
import { Short } from "./Short";
import { SubscriptionCard } from "./SubscriptionCard";
import { Tables } from "./Tables";
import { useTables } from "./useTables";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(420px, 100%), 1fr))",
  },
  wide: { gridColumn: "1 / -1" },
  bar: { marginBottom: tokens.spacingVerticalM },
});

/** How far a customer's data can be trusted: access, sources, calls hour by hour, tables, evidence. Always of now. */
export default function Health(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Health");
  const tenant = useTenant();
  const moment = useMoment();
  const tables = useTables();
  const asked = useAsk(HealthDocument, { tenant: tenant.id });
  return (
    <>
      <PageHeader title={t("title")} sub={t("about")} actions={<Stale stale={asked.stale} />} />
      {moment.past && (
        <MessageBar intent="info" layout="multiline" className={styles.bar}>
          <MessageBarBody>{t("asNow")}</MessageBarBody>
        </MessageBar>
      )}
      <Answer to={asked} height={900}>
        {({ tenant: found }) => {
          if (found == null) return <Empty title={t("title")} />;
          return (
            <>
              <Short freshness={found.freshness} position={found.at.position} tables={tables.rows} />
              <div className={styles.grid}>
                <ConsentCard tenant={found} />
                <SubscriptionCard subscription={found.subscription ?? null} />
                <Permissions granted={found.consentedPermissions} missing={found.consent.missingPermissions} />
                <CapabilityList capabilities={found.capabilities} />
                <Feeds freshness={found.freshness} className={styles.wide} />
                <Coverage now={found.at.knownAt} className={styles.wide} />
                <Tables tables={tables} className={styles.wide} />
                <LedgerCard ledger={found.ledger ?? null} position={found.at.position} className={styles.wide} />
              </div>
            </>
          );
        }}
      </Answer>
    </>
  );
}
