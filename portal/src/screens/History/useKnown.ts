import { useEffect } from "react";
import type { Paging } from "@/parts/usePaging";

interface PageOfKnown<Row> {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

/**
 * What of a page was known at an instant. The API tells these lists by what is known now, the newest knowledge first: a page
 * of which nothing was known yet is passed over.
 */
export function useKnown<Row extends { readonly recordedAt: string }>(
  page: PageOfKnown<Row> | undefined,
  knownAt: string | null,
  paging: Paging,
): readonly Row[] | undefined {
  const limit = knownAt === null ? Infinity : Date.parse(knownAt);
  const known = page?.nodes.filter(({ recordedAt }) => Date.parse(recordedAt) <= limit);
  const cursor = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  const passed = known?.length === 0 && cursor != null ? cursor : null;
  const { next } = paging;
  useEffect(() => {
    if (passed !== null) next(passed);
  }, [passed, next]);
  return passed === null ? known : undefined;
}
