import { useWords } from "@/i18n/words";
import { isRouteErrorResponse, useRouteError } from "react-router";
import { Failed } from "@/parts/Failed";
import { NotFound } from "./NotFound";

/** A screen broke while it was drawn, or its file could not be loaded: after an update the old files are gone. */
export function Broken(): React.JSX.Element {
  const error = useRouteError();
  const { t } = useWords();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  const message = error instanceof Error ? error.message : t("errors.UNEXPECTED");
  return (
    <Failed
      trouble={{ code: "UNEXPECTED", advice: "retry", message, traceId: null }}
      onRetry={() => location.reload()}
    />
  );
}
