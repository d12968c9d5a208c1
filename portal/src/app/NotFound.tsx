import { Link } from "react-router";
import { useWords } from "@/i18n/words";
import { Empty } from "@/parts/Empty";

/** The address leads nowhere. */
export function NotFound(): React.JSX.Element {
  const { t } = useWords();
  return (
    <Empty title={t("notFound.title")} hint={t("notFound.hint")} heading="h1">
      <Link to="/">{t("notFound.home")}</Link>
    </Empty>
  );
}
