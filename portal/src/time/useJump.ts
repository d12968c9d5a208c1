import { useCallback, useState } from "react";
import { useClient } from "urql";
import { useTenant } from "@/app/tenant";
import { AnyChangeDocument } from "@/gql/graphql";
import { plusDays, startOf } from "./days";
import { nearestChange } from "./nearest";
import { useMoment } from "./useMoment";

const LOOK_BACK_DAYS = 1100;

/** How a jump ended: `none`, there is no change that way. */
export type Jumped = "idle" | "looking" | "none" | "failed";

/** Jump to the nearest day on which somebody got or lost a licence. */
export function useJump(): { readonly state: Jumped; jump(direction: -1 | 1): Promise<void> } {
  const client = useClient();
  const tenant = useTenant();
  const moment = useMoment();
  const [state, setState] = useState<Jumped>("idle");
  const jump = useCallback(
    async (direction: -1 | 1) => {
      setState("looking");
      const { day, today, timeZone } = moment;
      const limit = direction === 1 ? today : plusDays(today, -LOOK_BACK_DAYS);
      try {
        const found = await nearestChange(day, direction, limit, async (since, until) => {
          const span = { since: startOf(since, timeZone).toISOString(), until: startOf(until, timeZone).toISOString() };
          const result = await client.query(AnyChangeDocument, { tenant: tenant.id, ...span }).toPromise();
          if (result.error !== undefined) throw result.error;
          return (result.data?.tenant?.licenceChanges.nodes.length ?? 0) > 0;
        });
        setState(found === null ? "none" : "idle");
        if (found !== null) moment.goTo({ asOf: found === today ? null : found });
      } catch {
        setState("failed");
      }
    },
    [client, moment, tenant.id],
  );
  return { state, jump };
}
