import { useEffect, useRef, useState } from "react";
import { type AnyVariables, type TypedDocumentNode, useQuery } from "urql";
import { useGeneration } from "./advance";
import { troubleOf, type Trouble } from "./errors";

/** How the answer to a question stands. */
export interface Asked<Data> {
  /** The answer to exactly this question; undefined while there is none. */
  readonly data: Data | undefined;
  /** The answer before, while the next page or filter is on its way: for lists that should not jump. */
  readonly before: Data | undefined;
  readonly trouble: Trouble | null;
  /** On its way, for the first time or again. */
  readonly asking: boolean;
  /** What is shown is being asked for again behind the scenes. */
  readonly stale: boolean;
  again(): void;
}

/**
 * Ask the API. What was asked before is shown at once; when the tenant advances and `live` (by default) it is asked
 * again without a skeleton. `pause`: do not ask yet.
 */
export function useAsk<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  options: { readonly pause?: boolean; readonly live?: boolean } = {},
): Asked<Data> {
  const [result, run] = useQuery<Data, Variables>({ query, variables, pause: options.pause } as never);
  const generation = useGeneration();
  const asked = useRef(generation);
  const [before, setBefore] = useState<Data | undefined>(undefined);
  const live = options.live ?? true;

  useEffect(() => {
    if (asked.current === generation) return;
    asked.current = generation;
    if (live && !options.pause) run({ requestPolicy: "network-only", background: true });
  }, [generation, live, options.pause, run]);

  const same = result.operation === undefined || sameVariables(result.operation.variables, variables);
  const data = same ? (result.data ?? undefined) : undefined;
  if (data !== undefined && data !== before) setBefore(data);

  return {
    data,
    before: data ?? before,
    trouble: same && result.error !== undefined && !result.fetching ? troubleOf(result.error) : null,
    asking: result.fetching,
    stale: result.stale,
    again: () => run({ requestPolicy: "network-only" }),
  };
}

/** Whether two sets of variables ask the same; members that are undefined are not there. */
export function sameVariables(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
