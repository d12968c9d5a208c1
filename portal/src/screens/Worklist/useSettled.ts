import { useCallback } from "react";
import { useClient } from "urql";
import { advance } from "@/api/advance";
import { troubleOf } from "@/api/errors";
import { useTenant } from "@/app/tenant";
import { WorklistSettledDocument } from "@/gql/graphql";

const TRIES = 3;

/**
 * Wait until the tables have come as far as a change wrote (some fifteen seconds at most), then ask anew for what is on
 * screen: so whoever changed something sees it.
 */
export function useSettled(): (position: string) => Promise<void> {
  const client = useClient();
  const { id } = useTenant();
  return useCallback(
    async (position) => {
      for (let tried = 0; tried < TRIES; tried += 1) {
        const asked = client.query(
          WorklistSettledDocument,
          { tenant: id, position },
          { requestPolicy: "network-only" },
        );
        const { error } = await asked.toPromise();
        if (error === undefined || troubleOf(error).code !== "NOT_READY") break;
      }
      advance();
    },
    [client, id],
  );
}
