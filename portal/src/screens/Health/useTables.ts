import { useEffect } from "react";
import { type Client, useClient, useSubscription } from "urql";
import { troubleOf, type Trouble } from "@/api/errors";
import { HealthTablesDocument, type HealthTablesSubscription } from "@/gql/graphql";

/** How far one table is. */
export type TableRow = HealthTablesSubscription["rebuildProgress"];

type Told = Readonly<Record<string, TableRow>>;

/** As they were told last: shown at once when somebody comes back, like every other answer. */
const told = new WeakMap<Client, Told>();

/** All tables by name, as they change. `rows` undefined: not told yet. */
export function useTables(): {
  readonly rows: readonly TableRow[] | undefined;
  readonly trouble: Trouble | null;
  again(): void;
} {
  const client = useClient();
  const [{ data = told.get(client), error }, again] = useSubscription<HealthTablesSubscription, Told>(
    { query: HealthTablesDocument },
    (before = told.get(client) ?? {}, { rebuildProgress }) => ({
      ...before,
      [rebuildProgress.projection]: rebuildProgress,
    }),
  );
  useEffect(() => {
    if (data !== undefined) told.set(client, data);
  }, [client, data]);
  return {
    rows: data && Object.values(data).sort((one, other) => one.projection.localeCompare(other.projection)),
    trouble: error === undefined ? null : troubleOf(error),
    again: () => again(),
  };
}
