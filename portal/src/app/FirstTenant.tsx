import { Navigate } from "react-router";
import { useWords } from "@/i18n/words";
import { Empty } from "@/parts/Empty";
import { hasScreen } from "./screens";
import { useRights, useViewer } from "./tenant";

/** Where the bare address leads: to the portfolio for who has several customers, else to the one there is. */
export function FirstTenant(): React.JSX.Element {
  const { tenants } = useViewer();
  const { portfolio } = useRights();
  const { t } = useWords();
  const [first] = tenants;
  if (portfolio && tenants.length !== 1 && hasScreen("Portfolio")) return <Navigate to="/portfolio" replace />;
  if (first !== undefined) return <Navigate to={`/t/${encodeURIComponent(first.id)}/overview`} replace />;
  return <Empty title={t("noTenant.title")} hint={t("noTenant.hint")} />;
}
