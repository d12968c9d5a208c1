/** Parts of what a customer pays. Amounts of two currencies are never compared. */

export interface Amount {
  amount: string;
  currency: string;
}

export interface Sum {
  total?: Amount | null;
  byCurrency: readonly Amount[];
}

export interface Customer {
  runRate?: Sum | null;
  waste: readonly { tier: string; seats: number; saving: Sum }[];
}

/** What part of `whole` a sum is, 0 to 1; null: not known, as they are of several currencies, or nothing is paid. */
export function shareOf(part: Sum | null | undefined, whole: Sum | null | undefined): number | null {
  if (!part?.total || !whole?.total || part.total.currency !== whole.total.currency) return null;
  const paid = Number(whole.total.amount);
  return paid > 0 ? Number(part.total.amount) / paid : null;
}

/** What part of the month's cost one tier of waste is, 0 to 1; null: not known. Tiers are never added up. */
export function wasteShare(customer: Customer, tier: "GUARANTEED" | "LIKELY"): number | null {
  const found = customer.waste.find((each) => each.tier === tier);
  if (found === undefined) return customer.runRate?.total ? 0 : null;
  return shareOf(found.saving, customer.runRate);
}
