import { clicked, orderOf, orderWord, type InOrder, type Orders } from "./sorted";
import type { Sorted } from "./HeaderCell";
import { useParameter } from "./useParameter";

/** The order of a list the server sorts. It stands in the address, so a view can be shared. */
export function useSorted<Order extends string>(
  orders: Orders<Order>,
): {
  readonly sorted: InOrder<Order>;
  readonly onSort: (sorted: Sorted) => void;
  readonly sortBy: (by: string) => void;
} {
  const [word, setWord] = useParameter("sort");
  const sorted = orderOf(word, orders);
  return {
    sorted,
    onSort: ({ by }) => setWord(orderWord(clicked(sorted, by, orders), orders)),
    sortBy: (by) => by !== sorted.by && setWord(orderWord(clicked(sorted, by, orders), orders)),
  };
}
