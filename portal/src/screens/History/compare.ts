/** What became of licences between two days, from the changes in between. */

/** A change as `licenceChanges` tells it. */
export interface Change {
  position: string;
  change: "ASSIGNED" | "CHANGED" | "REMOVED" | "FAILED";
  happenedAt: string;
  recordedAt: string;
  userId: string;
  userName?: string | null;
  viaGroup?: string | null;
  detail?: string | null;
  sku: { skuId: string; name: string };
}

/** GAINED and LOST: the seat; PATH: the seat stayed and comes another way; PLANS: other service plans are switched off. */
export type Outcome = "GAINED" | "LOST" | "PATH" | "PLANS";

/** One seat, a user with a product, that is another on the second day than on the first. */
export interface Difference {
  key: string;
  outcome: Outcome;
  userId: string;
  userName: string | null;
  sku: { skuId: string; name: string };
  /** Paths that ended and that began; null is the direct assignment. */
  lostPaths: (string | null)[];
  gainedPaths: (string | null)[];
  /** The last change of the seat in between. */
  last: Change;
  /** How many changes there were, those that cancel each other out included. */
  changes: number;
}

/** By when it became true; what was learned later corrects what was learned earlier. */
function inOrder(one: Change, other: Change): number {
  const apart = Date.parse(one.happenedAt) - Date.parse(other.happenedAt);
  if (apart !== 0) return apart;
  return BigInt(one.position) < BigInt(other.position) ? -1 : 1;
}

interface Path {
  group: string | null;
  heldBefore: boolean;
  heldAfter: boolean;
  plansDiffer: boolean;
}

function pathOf(first: Change, changes: readonly Change[]): Path {
  const last = changes.at(-1) ?? first;
  const heldBefore = first.change !== "ASSIGNED";
  const heldAfter = last.change !== "REMOVED";
  // Without the state before the first change only a change of plans, or a new beginning, can make them differ.
  const plansDiffer = heldBefore && heldAfter && changes.some((each) => each.change === "CHANGED");
  return { group: first.viaGroup ?? null, heldBefore, heldAfter, plansDiffer };
}

function outcomeOf(paths: readonly Path[]): Outcome | null {
  const lost = paths.filter((path) => path.heldBefore && !path.heldAfter);
  const gained = paths.filter((path) => !path.heldBefore && path.heldAfter);
  const stayed = paths.some((path) => path.heldBefore && path.heldAfter);
  if (lost.length > 0 && gained.length > 0) return "PATH";
  if (stayed && (lost.length > 0 || gained.length > 0)) return "PATH";
  if (gained.length > 0) return "GAINED";
  if (lost.length > 0) return "LOST";
  return paths.some((path) => path.plansDiffer) ? "PLANS" : null;
}

/**
 * Seats that differ, the newest change first. A licence that came and went in between is no difference, and neither is
 * an assignment Microsoft could not carry out. `knownAt`: what was learned after it is left out.
 *
 * A seat with a further path that did not change at all counts as gained or lost here all the same: the changes do not
 * tell of it. What is held on either day is one question away, and the screen asks it when a line is opened.
 */
export function differences(changes: readonly Change[], knownAt: string | null): Difference[] {
  const limit = knownAt === null ? Infinity : Date.parse(knownAt);
  const seats = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.change === "FAILED" || Date.parse(change.recordedAt) > limit) continue;
    const key = `${change.userId} ${change.sku.skuId}`;
    seats.set(key, [...(seats.get(key) ?? []), change]);
  }
  const found: Difference[] = [];
  for (const [key, ofSeat] of seats) {
    const ordered = [...ofSeat].sort(inOrder);
    const last = ordered.at(-1);
    if (last === undefined) continue;
    const groups = [...new Set(ordered.map((each) => each.viaGroup ?? null))];
    const paths = groups.flatMap((group) => {
      const [first, ...rest] = ordered.filter((each) => (each.viaGroup ?? null) === group);
      return first === undefined ? [] : [pathOf(first, [first, ...rest])];
    });
    const outcome = outcomeOf(paths);
    if (outcome === null) continue;
    found.push({
      key,
      outcome,
      userId: last.userId,
      userName: last.userName ?? null,
      sku: last.sku,
      lostPaths: paths.filter((path) => path.heldBefore && !path.heldAfter).map((path) => path.group),
      gainedPaths: paths.filter((path) => !path.heldBefore && path.heldAfter).map((path) => path.group),
      last,
      changes: ofSeat.length,
    });
  }
  return found.sort((one, other) => inOrder(other.last, one.last));
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
