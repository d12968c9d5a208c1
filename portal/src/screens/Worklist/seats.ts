import type { WorklistFindingsQuery } from "@/gql/graphql";

/** A finding as the list tells it. */
export type Row = NonNullable<WorklistFindingsQuery["tenant"]>["at"]["findings"]["nodes"][number];

/** A seat somebody acts on: the ids the API takes, and the words a reader knows it by. */
export interface Seat {
  readonly user: string;
  readonly sku: string;
  readonly person: string;
  readonly product: string;
}

/** The seat of a row. `unnamed`: what stands for a person who has no name. */
export function seatOf(row: Pick<Row, "userId" | "userName" | "sku">, unnamed: string): Seat {
  return { user: row.userId, sku: row.sku.skuId, person: row.userName ?? unnamed, product: row.sku.name };
}

/** One text for a seat, for the address and for selections. */
export function keyOf(seat: Pick<Seat, "user" | "sku">): string {
  return `${seat.user}~${seat.sku}`;
}

/** The seat in an address; null: none is named. */
export function seatNamed(key: string): Pick<Seat, "user" | "sku"> | null {
  const [user, sku] = key.split("~");
  return user && sku ? { user, sku } : null;
}
