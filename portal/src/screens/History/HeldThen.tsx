import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { HeldThenDocument, type HeldThenFragment } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import type { Day } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import { usePath } from "./words";

const useStyles = makeStyles({
  pair: {
    display: "grid",
    gap: tokens.spacingHorizontalL,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(240px, 100%), 1fr))",
  },
  list: { margin: `${tokens.spacingVerticalXS} 0 0`, paddingLeft: tokens.spacingHorizontalL },
});

/** What one user held on either day: the state itself, not what the changes say of it. */
export function HeldThen(props: { readonly user: string; readonly from: Day; readonly to: Day }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("History");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const asked = useAsk(HeldThenDocument, { tenant: tenant.id, ...props, knownAt: moment.knownAt });
  return (
    <Answer to={asked} height={80}>
      {({ tenant: found }) => (
        <div className={styles.pair}>
          {[found?.before, found?.after].map(
            (day) =>
              day != null && (
                <div key={day.asOf}>
                  <Text weight="semibold">{t("compare.before", { date: formats.day(day.asOf) })}</Text>
                  <Holdings user={day.user ?? null} />
                </div>
              ),
          )}
        </div>
      )}
    </Answer>
  );
}

function Holdings({ user }: { readonly user: HeldThenFragment | null }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("History");
  const path = usePath();
  if (user === null || user.holdings.length === 0) {
    return (
      <div>
        <Text italic>{t(user === null ? "compare.notThere" : "held.none")}</Text>
      </div>
    );
  }
  return (
    <ul className={styles.list}>
      {user.holdings.map(({ sku, viaGroup, disabledPlans }) => (
        <li key={`${sku.skuId} ${viaGroup ?? ""}`}>
          {sku.name} · {path(viaGroup ?? null)}
          {disabledPlans.length > 0 && ` · ${t("held.plansOff", { count: disabledPlans.length })}`}
        </li>
      ))}
    </ul>
  );
}
