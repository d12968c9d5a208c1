import { type AnyVariables, type TypedDocumentNode, useClient } from "urql";
import type { PageOf } from "./useReadOn";

const AT_ONCE = 200;

/**
 * The pages of a list for a file: a function that asks for the page after a cursor, anew for the first one; the cursors
 * pin the others to it. `pick`: the list in an answer; it rejects where there is none.
 */
export function usePages<Data, Variables extends AnyVariables, Item>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  pick: (data: Data) => PageOf<Item> | null | undefined,
): (after: string | null) => Promise<{ rows: readonly Item[]; next: string | null }> {
  const client = useClient();
  return async (after) => {
    const asked = { ...variables, first: AT_ONCE, after } as unknown as Variables;
    const { data, error } = await client.query(query, asked, { requestPolicy: "network-only" }).toPromise();
    const page = data === undefined ? null : pick(data);
    if (error !== undefined || page == null) throw error ?? new Error("no list");
    const { hasNextPage, endCursor } = page.pageInfo;
    return { rows: page.nodes, next: hasNextPage ? (endCursor ?? null) : null };
  };
}
