import { useCallback, useState } from "react";

/** Where one is in a list that is paged by cursor. */
export interface Paging {
  /** For the query: `first: paging.first, after: paging.after`. */
  readonly first: number;
  readonly after: string | null;
  /** From 1. */
  readonly page: number;
  readonly sizes: readonly number[];
  /** To the page after this cursor (`pageInfo.endCursor`). */
  next(cursor: string): void;
  previous(): void;
  reset(): void;
  resize(size: number): void;
}

/** The state of a paged list: the cursors of the pages before this one. */
export interface Pages {
  readonly key: string;
  readonly size: number;
  readonly cursors: readonly string[];
}

/** The state for a list told by `key`: another list begins at its first page. */
export function pagesOf(before: Pages, key: string): Pages {
  return before.key === key ? before : { ...before, key, cursors: [] };
}

/**
 * Cursor paging. `key`: everything the list depends on (moment, filters, sort), as a text: when it changes the list
 * begins anew, since a cursor goes with its list alone.
 */
export function usePaging(key: string, size = 50, sizes: readonly number[] = [25, 50, 100, 200]): Paging {
  const [kept, setKept] = useState<Pages>({ key, size, cursors: [] });
  const pages = pagesOf(kept, key);
  const update = useCallback(
    (change: (pages: Pages) => Pages) => setKept((before) => change(pagesOf(before, key))),
    [key],
  );
  return {
    first: pages.size,
    after: pages.cursors.at(-1) ?? null,
    page: pages.cursors.length + 1,
    sizes,
    next: useCallback((cursor) => update((before) => ({ ...before, cursors: [...before.cursors, cursor] })), [update]),
    previous: useCallback(() => update((before) => ({ ...before, cursors: before.cursors.slice(0, -1) })), [update]),
    reset: useCallback(() => update((before) => ({ ...before, cursors: [] })), [update]),
    resize: useCallback((next) => update((before) => ({ ...before, size: next, cursors: [] })), [update]),
  };
}
