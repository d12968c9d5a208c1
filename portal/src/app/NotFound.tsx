import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import { Empty } from "@/parts/Empty";

/** The address leads nowhere. */
export function NotFound(): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <Empty title={t("notFound.title")} hint={t("notFound.hint")} heading="h1">
      <Link to="/">{t("notFound.home")}</Link>
    </Empty>
  );
}
