import { useCallback, useEffect, useRef, useState } from "react";
import { type AnyVariables, type TypedDocumentNode, useClient } from "urql";
import { troubleOf, type Trouble } from "./errors";

/** One page of a list, as every list of the API is told. */
export interface PageOf<Item> {
  readonly nodes: readonly Item[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

/** A list that is read on from page to page, for figures the API does not sum itself. */
export interface ReadOn<Item> {
  /** What is read so far. */
  readonly items: readonly Item[];
  /** Nothing is left to read. */
  readonly whole: boolean;
  readonly reading: boolean;
  readonly trouble: Trouble | null;
  /** Read as many pages more. */
  more(): void;
  again(): void;
}

interface State<Item> {
  readonly question: string;
  readonly items: readonly Item[];
  readonly after: string | null;
  readonly whole: boolean;
  readonly trouble: Trouble | null;
}

/**
 * Read a list page by page, at most `pages` at once, until it ends or `more` is called. Cursors pin the list, so pages agree with
 * each other. `pick`: the list in an answer; null: there is none. Begins anew with other variables, not when the tenant advances:
 * what is read stays pinned until `again`.
 */
export function useReadOn<Data, Variables extends AnyVariables, Item>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, "after">,
  pick: (data: Data) => PageOf<Item> | null | undefined,
  options: { readonly pages: number; readonly pause?: boolean },
): ReadOn<Item> {
  const client = useClient();
  const [round, setRound] = useState(0);
  const [allowed, setAllowed] = useState(options.pages);
  const [reading, setReading] = useState(false);
  const question = JSON.stringify([variables, round]);
  const begun: State<Item> = { question, items: [], after: null, whole: false, trouble: null };
  const [state, setState] = useState<State<Item>>(begun);
  const picked = useRef(pick);
  useEffect(() => {
    picked.current = pick;
  });
  const now = state.question === question ? state : begun;
  const pages = useRef({ question, read: 0 });

  useEffect(() => {
    if (options.pause) return;
    let over = false;
    if (pages.current.question !== question) pages.current = { question, read: 0 };
    let own = state.question === question ? state : begun;
    const read = async (): Promise<void> => {
      setReading(true);
      while (!over && !own.whole && own.trouble === null && pages.current.read < allowed) {
        const asked = { ...variables, after: own.after } as unknown as Variables;
        const result = await client.query(query, asked).toPromise();
        if (over) return;
        pages.current.read += 1;
        if (result.error !== undefined) own = { ...own, trouble: troubleOf(result.error) };
        else {
          const page = result.data === undefined ? null : picked.current(result.data);
          own = {
            ...own,
            items: [...own.items, ...(page?.nodes ?? [])],
            after: page?.pageInfo.endCursor ?? null,
            whole: page == null || !page.pageInfo.hasNextPage,
          };
        }
        setState(own);
      }
      if (!over) setReading(false);
    };
    void read();
    return () => {
      over = true;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `question` stands for the variables; the state is what this makes
  }, [client, query, question, allowed, options.pause]);

  const more = useCallback(() => setAllowed((before) => before + options.pages), [options.pages]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return {
    items: now.items,
    whole: now.whole,
    trouble: now.trouble,
    reading: !options.pause && now.trouble === null && (reading || (now.items.length === 0 && !now.whole)),
    more,
    again,
  };
}
