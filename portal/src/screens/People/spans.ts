/** A person's licences over time, from the changes of their history. */

export interface HeldChange {
  position: string;
  change: "ASSIGNED" | "CHANGED" | "REMOVED" | "FAILED";
  happenedAt: string;
  recordedAt: string;
  viaGroup?: string | null;
  sku: { skuId: string; name: string };
}

/** One product held by one path without a break. */
export interface Span {
  skuId: string;
  name: string;
  /** Null: assigned directly. */
  viaGroup: string | null;
  /** UTC. Null: held before the first change that is known. */
  since: string | null;
  /** UTC. Null: still held at the end of what was asked for. */
  until: string | null;
}

function inOrder(one: HeldChange, other: HeldChange): number {
  const apart = Date.parse(one.happenedAt) - Date.parse(other.happenedAt);
  if (apart !== 0) return apart;
  return BigInt(one.position) < BigInt(other.position) ? -1 : 1;
}

/** Spans by product, then path, then time. `knownAt`: what was learned after it is left out; null: nothing is. */
export function spans(changes: readonly HeldChange[], knownAt: string | null): Span[] {
  const limit = knownAt === null ? Infinity : Date.parse(knownAt);
  const open = new Map<string, Span>();
  const found: Span[] = [];
  const ordered = changes
    .filter((each) => each.change !== "FAILED" && Date.parse(each.recordedAt) <= limit)
    .sort(inOrder);
  for (const { change, happenedAt, viaGroup, sku } of ordered) {
    const key = `${sku.skuId} ${viaGroup ?? ""}`;
    const running = open.get(key);
    if (change === "REMOVED") {
      const span = running ?? { ...begun(sku, viaGroup), since: null };
      span.until = happenedAt;
      if (running === undefined) found.push(span);
      open.delete(key);
    } else if (running === undefined) {
      const span = { ...begun(sku, viaGroup), since: change === "ASSIGNED" ? happenedAt : null };
      open.set(key, span);
      found.push(span);
    }
  }
  return found.sort(
    (one, other) =>
      one.name.localeCompare(other.name) ||
      (one.viaGroup ?? "").localeCompare(other.viaGroup ?? "") ||
      (one.since ?? "").localeCompare(other.since ?? ""),
  );
}

function begun(sku: HeldChange["sku"], viaGroup: string | null | undefined): Span {
  return { skuId: sku.skuId, name: sku.name, viaGroup: viaGroup ?? null, since: null, until: null };
}

const DAY_MS = 86_400_000;
const LONGEST_MS = 730 * DAY_MS;
const SHORTEST_MS = 90 * DAY_MS;

/**
 * Where a picture that ends at `end` begins: at the first thing there is to see, but at most two years and at least ninety
 * days back. Bars that began earlier reach its edge, so that a licence of ten years leaves room for last month.
 */
export function beginOf(spans: readonly Span[], signs: readonly { at: string }[], end: Date): Date {
  const known = [
    ...spans.flatMap((span) => (span.since === null ? [] : [span.since])),
    ...signs.map((sign) => sign.at),
  ];
  const first = Math.min(end.getTime(), ...known.map((at) => Date.parse(at)));
  const back = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, end.getTime() - first));
  return new Date(end.getTime() - back);
}
