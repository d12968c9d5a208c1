/** What became of one change. `facts` 0: it was known to be so. */
export type Result = { facts: number; position: string } | { code: string; message: string };

/** A change and what became of it. */
export interface Outcome<Item> {
  item: Item;
  result: Result;
}

/** Whether a change was carried out, or was known to be so. */
export function isDone(result: Result): result is { facts: number; position: string } {
  return "facts" in result;
}

/**
 * Carry out a change for each item, one after the other, so that a refusal of one stops no other.
 *
 * `told` hears of each outcome as it comes. After FORBIDDEN or READ_ONLY nothing more is tried: it would be refused
 * alike.
 */
export async function inTurn<Item>(
  items: readonly Item[],
  change: (item: Item) => Promise<Result>,
  told: (outcomes: readonly Outcome<Item>[]) => void,
): Promise<readonly Outcome<Item>[]> {
  let outcomes: readonly Outcome<Item>[] = [];
  let barred: Result | null = null;
  for (const item of items) {
    const result: Result = barred ?? (await change(item));
    if (!isDone(result) && (result.code === "FORBIDDEN" || result.code === "READ_ONLY")) barred = result;
    outcomes = [...outcomes, { item, result }];
    told(outcomes);
  }
  return outcomes;
}

/** How a batch went: seats changed, seats that were so before, and what was refused. */
export interface Tally<Item> {
  readonly changed: number;
  readonly same: number;
  readonly refused: readonly Outcome<Item>[];
  /** The last position of the log that was written or stood there; null: none. */
  readonly position: string | null;
}

/** Count how a batch went. */
export function tally<Item>(outcomes: readonly Outcome<Item>[]): Tally<Item> {
  const done = outcomes.map((each) => each.result).filter(isDone);
  const positions = done.map((each) => BigInt(each.position));
  return {
    changed: done.filter((each) => each.facts > 0).length,
    same: done.filter((each) => each.facts === 0).length,
    refused: outcomes.filter((each) => !isDone(each.result)),
    position: positions.length === 0 ? null : positions.reduce((a, b) => (a > b ? a : b)).toString(),
  };
}
