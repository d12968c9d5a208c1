/** Which orders a list of the API has, and how each begins. */
export interface Orders<Order extends string> {
  readonly all: readonly Order[];
  /** The one without a word in the address. */
  readonly first: Order;
  /** Those that begin with the greatest; the others begin with the least. */
  readonly down: readonly Order[];
}

/** An order with its direction: what the list is asked for with. */
export interface InOrder<Order extends string> {
  readonly by: Order;
  readonly descending: boolean;
}

/** Read an order from an address: "USER", "USER-desc". What is misspelt is the first one. */
export function orderOf<Order extends string>(text: string, orders: Orders<Order>): InOrder<Order> {
  const [word, direction] = text.split("-");
  const by = orders.all.find((each) => each === word) ?? orders.first;
  const usual = orders.down.includes(by);
  return { by, descending: by === word && direction !== undefined ? direction === "desc" : usual };
}

/** The word for the address; "": the first order as it begins. */
export function orderWord<Order extends string>({ by, descending }: InOrder<Order>, orders: Orders<Order>): string {
  if (descending !== orders.down.includes(by)) return `${by}-${descending ? "desc" : "asc"}`;
  return by === orders.first ? "" : by;
}

/** What a click on a column makes of the order: another column begins as it usually does, the same one turns round. */
export function clicked<Order extends string>(now: InOrder<Order>, by: string, orders: Orders<Order>): InOrder<Order> {
  const next = orders.all.find((each) => each === by) ?? now.by;
  return next === now.by
    ? { by: next, descending: !now.descending }
    : { by: next, descending: orders.down.includes(next) };
}
