import type { Amount } from "@/i18n/format";

/** One amount as a share of another (1 is all); null where that cannot be said: unknown, other currencies, or of nothing. */
export function shareOf(part: Amount | null | undefined, whole: Amount | null | undefined): number | null {
  if (part == null || whole == null || part.currency !== whole.currency) return null;
  const all = Number(whole.amount);
  return all > 0 ? Number(part.amount) / all : null;
}

/** What findings save; null where no saving of theirs is known, which is not zero. */
export function savingOf<Sum>(group: {
  readonly seats: number;
  readonly pricedSeats: number;
  readonly saving: Sum;
}): Sum | null {
  return group.seats > 0 && group.pricedSeats === 0 ? null : group.saving;
}

/** The length of a bar: the total in the tenant's currency; null: unknown, so there is no bar. */
export function barOf(sum: { readonly total?: Amount | null } | null | undefined): number | null {
  return sum?.total == null ? null : Number(sum.total.amount);
}
