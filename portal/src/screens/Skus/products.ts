import type { SkuClass, SkusListQuery } from "../../gql/graphql";

type View = NonNullable<SkusListQuery["tenant"]>["at"];

/** A product with what is found of it as a whole. */
export type Product = View["skuFindings"][number];

/** What a product cost over the span asked for. */
export type ProductCost = NonNullable<View["costs"]>["groups"][number];

/** Kinds of product, those with money first. */
export const CLASSES = ["PAID", "TRIAL", "CONSUMPTION", "DEVICE", "COMPANY", "FREE"] as const;

/** Columns products can be sorted by. */
export type SortBy = "product" | "bought" | "assigned" | "available" | "price" | "cost" | "utilisation" | "active";

/** Which products somebody wants to see. */
export interface Wanted {
  classes: SkuClass[];
  onlyFindings: boolean;
  search: string;
}

/** One thing wrong with a product: a text of this screen below `finding` with its values, and how grave it is. */
export interface Badge {
  key: string;
  values: Record<string, string | number>;
  grave: boolean;
}

/** Things wrong with a product as a whole, the gravest first. A figure that was not read is no finding. */
export function badgesOf(
  product: Product,
  shown: { day: (on: string) => string; money: (of: NonNullable<Product["saving"]>) => string },
): Badge[] {
  const badges: Badge[] = [];
  const add = (key: string, count: number | null | undefined, grave: boolean, values: Badge["values"] = {}) => {
    if (count) badges.push({ key: `finding.${key}`, values: { ...values, count }, grave });
  };
  add("over", product.overAssigned, true);
  add("suspended", product.suspendedWithHolders, true);
  if (product.atRiskOn) add("atRiskOn", product.atRisk, true, { on: shown.day(product.atRiskOn) });
  else add("atRisk", product.atRisk, true);
  add("unused", product.netUnassigned, false, {
    saving: product.saving && Number(product.saving.amount) !== 0 ? shown.money(product.saving) : "",
  });
  add("twoPaths", product.twoPaths, false);
  add("unverifiable", product.unverifiable, false);
  if (product.sku.purchaseDifference)
    badges.push({ key: "finding.disagree", values: { difference: product.sku.purchaseDifference }, grave: false });
  return badges;
}

/** Whether anything is wrong with a product as a whole. */
export function hasFinding(product: Product): boolean {
  return badgesOf(product, { day: (on) => on, money: (of) => of.amount }).length > 0;
}

/** The products that fit, in the order they came in. */
export function fitting(products: readonly Product[], wanted: Wanted): Product[] {
  const word = wanted.search.trim().toLocaleLowerCase();
  return products.filter(
    (each) =>
      (wanted.classes.length === 0 || wanted.classes.includes(each.class)) &&
      (!wanted.onlyFindings || hasFinding(each)) &&
      (word === "" || `${each.sku.name} ${each.sku.partNumber ?? ""}`.toLocaleLowerCase().includes(word)),
  );
}

/** Sorted by a column. Unknown values come last in both directions, as no number stands for them. */
export function sorted(
  products: readonly Product[],
  costs: ReadonlyMap<string, ProductCost>,
  by: SortBy,
  descending: boolean,
): Product[] {
  const sign = descending ? -1 : 1;
  return [...products].sort((one, other) => {
    if (by === "product") return sign * one.sku.name.localeCompare(other.sku.name);
    const a = figure(one, costs, by);
    const b = figure(other, costs, by);
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (a - b) || one.sku.name.localeCompare(other.sku.name);
  });
}

function figure(product: Product, costs: ReadonlyMap<string, ProductCost>, by: SortBy): number | null {
  switch (by) {
    case "bought":
      return product.enabled ?? null;
    case "assigned":
      return product.held;
    case "available":
      return product.unassigned ?? null;
    case "price":
      return amount(product.price);
    case "cost":
      return amount(costs.get(product.sku.skuId)?.cost?.total);
    case "utilisation":
      return product.utilisationAssigned ?? null;
    case "active":
      return product.utilisationActive ?? null;
    case "product":
      return null;
  }
}

function amount(money: { amount: string } | null | undefined): number | null {
  return money ? Number(money.amount) : null;
}
