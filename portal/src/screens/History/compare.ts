/** Two days compared: by which paths a seat is held, and how many seats of a product are. */

interface Path {
  readonly viaGroup?: string | null;
}

/** The paths of a seat on either day; none: not held. */
export interface Held {
  readonly before: readonly Path[];
  readonly after: readonly Path[];
}

/** Groups a seat was held by on the first day and no longer on the second; null is the direct assignment. */
export function pathsEnded({ before, after }: Held): (string | null)[] {
  return groups(before).filter((group) => !groups(after).includes(group));
}

/** Groups a seat is held by on the second day and was not on the first. */
export function pathsBegun({ before, after }: Held): (string | null)[] {
  return groups(after).filter((group) => !groups(before).includes(group));
}

function groups(paths: readonly Path[]): (string | null)[] {
  return paths.map(({ viaGroup }) => viaGroup ?? null);
}

/** A product's seats on both days. */
export interface Summary {
  held: number;
  sku: { skuId: string; name: string };
}

export interface Balance {
  skuId: string;
  name: string;
  before: number;
  after: number;
  by: number;
}

/** Every product held on either day, the greatest change first. A product missing from a day was held by nobody. */
export function balances(before: readonly Summary[], after: readonly Summary[]): Balance[] {
  const lines = new Map<string, Balance>();
  const line = (summary: Summary): Balance => {
    const { skuId, name } = summary.sku;
    const there = lines.get(skuId) ?? { skuId, name, before: 0, after: 0, by: 0 };
    lines.set(skuId, there);
    return there;
  };
  for (const summary of before) line(summary).before = summary.held;
  for (const summary of after) line(summary).after = summary.held;
  for (const each of lines.values()) each.by = each.after - each.before;
  return [...lines.values()].sort(
    (one, other) => Math.abs(other.by) - Math.abs(one.by) || one.name.localeCompare(other.name),
  );
}
