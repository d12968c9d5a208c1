import { useCallback, useState } from "react";
import { useClient } from "urql";
import { troubleOf } from "@/api/errors";
import { useTenant } from "@/app/tenant";
import { type Decision, WorklistDecideDocument, WorklistExemptDocument, WorklistLiftDocument } from "@/gql/graphql";
import { inTurn, tally, type Outcome, type Result } from "./batch";
import type { Seat } from "./seats";
import { useSettled } from "./useSettled";

/** What is done with seats. `until`: the first civil day an exemption no longer holds; null: without end. */
export type Deed =
  | {
      readonly kind: "decide";
      readonly decision: Decision;
      readonly note: string | null;
      readonly idleDays: number | null;
    }
  | { readonly kind: "exempt"; readonly reason: string; readonly owner: string; readonly until: string | null }
  | { readonly kind: "lift" };

/** How far a deed is. `over`: all seats were tried. */
export interface Acted {
  readonly deed: Deed;
  readonly seats: readonly Seat[];
  readonly outcomes: readonly Outcome<Seat>[];
  readonly over: boolean;
}

/** Carry out deeds on seats one after the other, and tell how it went. What is on screen is renewed afterwards. */
export function useActions(): {
  readonly acted: Acted | null;
  act(deed: Deed, seats: readonly Seat[]): Promise<void>;
  dismiss(): void;
} {
  const client = useClient();
  const { id } = useTenant();
  const settled = useSettled();
  const [acted, setActed] = useState<Acted | null>(null);

  const one = useCallback(
    async (deed: Deed, seat: Seat): Promise<Result> => {
      const variables = { tenant: id, seat: { user: seat.user, sku: seat.sku } };
      const { data, error } = await carried(client, deed, variables);
      if (data !== undefined && error === undefined) return { facts: data.facts, position: data.position };
      const trouble = troubleOf(error);
      return { code: trouble.code, message: trouble.message ?? "" };
    },
    [client, id],
  );

  const act = useCallback(
    async (deed: Deed, seats: readonly Seat[]) => {
      setActed({ deed, seats, outcomes: [], over: false });
      const outcomes = await inTurn(
        seats,
        (seat) => one(deed, seat),
        (known) => setActed({ deed, seats, outcomes: known, over: false }),
      );
      const { position } = tally(outcomes);
      if (position !== null) await settled(position);
      setActed({ deed, seats, outcomes, over: true });
    },
    [one, settled],
  );

  return { acted, act, dismiss: useCallback(() => setActed(null), []) };
}

interface Changed {
  readonly facts: number;
  readonly position: string;
}

async function carried(
  client: ReturnType<typeof useClient>,
  deed: Deed,
  variables: { tenant: string; seat: { user: string; sku: string } },
): Promise<{ data: Changed | undefined; error: Error | undefined }> {
  switch (deed.kind) {
    case "decide": {
      const { decision, note, idleDays } = deed;
      const done = await client
        .mutation(WorklistDecideDocument, { ...variables, decision, note, idleDays })
        .toPromise();
      return { data: done.data?.decideFinding, error: done.error };
    }
    case "exempt": {
      const { reason, owner, until } = deed;
      const done = await client.mutation(WorklistExemptDocument, { ...variables, reason, owner, until }).toPromise();
      return { data: done.data?.exemptSeat, error: done.error };
    }
    case "lift": {
      const done = await client.mutation(WorklistLiftDocument, variables).toPromise();
      return { data: done.data?.liftExemption, error: done.error };
    }
  }
}
