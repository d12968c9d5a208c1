import { useEffect, useRef, useState } from "react";
import { useSubscription } from "urql";
import { AdvancedDocument } from "@/gql/graphql";
import { advance } from "./advance";
import { serverNow } from "./serverClock";

const SOON_MS = 300;
const PACE_MS = 4000;

/**
 * Follow a tenant. While `live` (one looks at now) each advance makes the screen ask again, at most every four
 * seconds. Returns when that was last, null: not since the page was loaded.
 */
export function useLive(tenant: string, live: boolean): Date | null {
  const [{ data }] = useSubscription({ query: AdvancedDocument, variables: { tenant }, pause: !live });
  const [renewed, setRenewed] = useState<Date | null>(null);
  const seen = useRef<{ tenant: string; position: string } | null>(null);
  const last = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const advanced = data?.tenantAdvanced;

  useEffect(() => {
    if (advanced === undefined || advanced.tenantId !== tenant) return;
    const before = seen.current;
    seen.current = { tenant, position: advanced.position };
    const first = before === null || before.tenant !== tenant; // tells where it stands, not that it moved
    if (first || before.position === advanced.position || timer.current !== null) return;
    timer.current = setTimeout(
      () => {
        timer.current = null;
        last.current = Date.now();
        advance();
        setRenewed(serverNow());
      },
      Math.max(SOON_MS, last.current + PACE_MS - Date.now()),
    );
  }, [advanced, tenant]);

  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [tenant, live],
  );
  return renewed;
}
