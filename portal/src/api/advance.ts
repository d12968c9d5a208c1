import { useSyncExternalStore } from "react";

/**
 * How often the tenant on screen has advanced since the page was loaded. What was asked in an earlier
 * generation is shown at once and asked for again.
 */
let generation = 0;
const listeners = new Set<() => void>();

export function currentGeneration(): number {
  return generation;
}

/** The tenant's tables have come further (or the viewer changed something): what is on screen is old. */
export function advance(): void {
  generation += 1;
  for (const listener of [...listeners]) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The generation, as state: a component that uses it is drawn again when the tenant advances. */
export function useGeneration(): number {
  return useSyncExternalStore(listen, currentGeneration);
}
