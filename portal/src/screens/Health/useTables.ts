import { useSubscription } from "urql";
import { troubleOf, type Trouble } from "@/api/errors";
import { HealthTablesDocument, type HealthTablesSubscription } from "@/gql/graphql";

/** How far one table is. */
export type TableRow = HealthTablesSubscription["rebuildProgress"];

/** All tables by name, as they change. `rows` undefined: not told yet. */
export function useTables(): {
  readonly rows: readonly TableRow[] | undefined;
  readonly trouble: Trouble | null;
  again(): void;
} {
  const [{ data, error }, again] = useSubscription<HealthTablesSubscription, Record<string, TableRow>>(
    { query: HealthTablesDocument },
    (before = {}, { rebuildProgress }) => ({ ...before, [rebuildProgress.projection]: rebuildProgress }),
  );
  return {
    rows: data && Object.values(data).sort((one, other) => one.projection.localeCompare(other.projection)),
    trouble: error === undefined ? null : troubleOf(error),
    again: () => again(),
  };
}
