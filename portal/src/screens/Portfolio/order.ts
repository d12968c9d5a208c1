/** How customers are put in order. Amounts of two currencies are never compared. */

export interface Amount {
  amount: string;
  currency: string;
}

export interface Sum {
  total?: Amount | null;
  byCurrency: readonly Amount[];
}

export interface Customer {
  name: string;
  seats: number;
  utilisationActive?: number | null;
  runRate?: Sum | null;
  unassigned?: Sum | null;
  waste: readonly { tier: string; seats: number; saving: Sum }[];
}

/** NAME; the share of what is paid that certain, or likely, waste makes up; active seats by units; seats. */
export type Order = "NAME" | "GUARANTEED" | "LIKELY" | "UNASSIGNED" | "ACTIVE" | "SEATS";

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

function figure(customer: Customer, order: Exclude<Order, "NAME">): number | null {
  switch (order) {
    case "GUARANTEED":
    case "LIKELY":
      return wasteShare(customer, order);
    case "UNASSIGNED":
      return shareOf(customer.unassigned, customer.runRate);
    case "ACTIVE":
      return customer.utilisationActive === null || customer.utilisationActive === undefined
        ? null
        : -customer.utilisationActive;
    case "SEATS":
      return customer.seats;
  }
}

/** The most waste (the least use, the most seats) first; what is not known last; ties by name. */
export function inOrder<T extends Customer>(customers: readonly T[], order: Order): T[] {
  const byName = (one: T, other: T) => one.name.localeCompare(other.name);
  if (order === "NAME") return [...customers].sort(byName);
  return [...customers].sort((one, other) => {
    const a = figure(one, order);
    const b = figure(other, order);
    if (a === null || b === null) return a === b ? byName(one, other) : a === null ? 1 : -1;
    return b - a || byName(one, other);
  });
}
