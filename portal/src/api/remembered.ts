import type { Exchange } from "@urql/core";
import { makeOperation } from "@urql/core";
import { map, pipe, tap } from "wonka";
import { currentGeneration } from "./advance";

const KEPT_MS = 5 * 60_000;

/**
 * Answers from the cache are shown at once. Those of an earlier generation, or older than five minutes, are
 * asked for again behind it. Answers as known at an instant never change, so they are asked for once.
 */
export function rememberedExchange(now: () => number = Date.now): Exchange {
  const asked = new Map<number, { generation: number; at: number }>();
  return ({ forward }) =>
    (operations) =>
      pipe(
        operations,
        map((operation) => {
          if (operation.kind !== "query" || operation.context.requestPolicy !== "cache-first") return operation;
          const before = asked.get(operation.key);
          const pinned = (operation.variables as { knownAt?: unknown } | undefined)?.knownAt != null;
          const fresh =
            before !== undefined && before.generation === currentGeneration() && now() - before.at < KEPT_MS;
          if (pinned || fresh || before === undefined) return operation;
          return makeOperation(operation.kind, operation, { ...operation.context, requestPolicy: "cache-and-network" });
        }),
        forward,
        tap((result) => {
          if (result.operation.kind !== "query" || result.stale || result.error !== undefined) return;
          if (result.operation.context.meta?.cacheOutcome === "hit") return;
          asked.set(result.operation.key, { generation: currentGeneration(), at: now() });
        }),
      );
}
