import { Failed } from "@/parts/Failed";

/** The server did not answer before the first view. */
export function Unreachable(): React.JSX.Element {
  return (
    <Failed
      trouble={{ code: "OFFLINE", advice: "offline", message: null, traceId: null }}
      onRetry={() => location.reload()}
    />
  );
}
