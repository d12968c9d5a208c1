import type { PriceInput, PricePer, PriceSource, PriceTerm } from "../../gql/graphql";

/** A price as somebody types it; every field is text as typed. */
export interface PriceDraft {
  sku: string;
  amount: string;
  currency: string;
  per: PricePer;
  term: PriceTerm;
  source: PriceSource;
  from: string;
  until: string;
  lot: string;
  quantity: string;
  floor: string;
  tax: boolean;
}

/** What is wrong with a field: a text of this screen below `form`. */
export type Faults = Partial<Record<keyof PriceDraft, string>>;

const AMOUNT = /^\d{1,12}(\.\d{1,10})?$/;
const CURRENCY = /^[A-Z]{3}$/;
const WHOLE = /^\d{1,9}$/;

/** What is wrong with a draft; empty: nothing. The API judges the rest. */
export function faultsOf(draft: PriceDraft): Faults {
  const faults: Faults = {};
  if (draft.sku === "") faults.sku = "form.required";
  if (!AMOUNT.test(draft.amount)) faults.amount = draft.amount === "" ? "form.required" : "form.badAmount";
  if (!CURRENCY.test(draft.currency)) faults.currency = "form.badCurrency";
  if (draft.from === "") faults.from = "form.required";
  if (draft.until !== "" && draft.until <= draft.from) faults.until = "form.badUntil";
  if (draft.quantity !== "" && !WHOLE.test(draft.quantity)) faults.quantity = "form.badWhole";
  if (draft.floor !== "" && !WHOLE.test(draft.floor)) faults.floor = "form.badWhole";
  return faults;
}

/** The draft as the API takes it. Only of one without faults. */
export function inputOf(draft: PriceDraft): PriceInput {
  return {
    sku: draft.sku,
    amount: draft.amount,
    currency: draft.currency,
    per: draft.per,
    term: draft.term,
    source: draft.source,
    effectiveFrom: draft.from,
    effectiveUntil: draft.until === "" ? null : draft.until,
    lot: draft.lot,
    quantity: draft.quantity === "" ? null : Number(draft.quantity),
    commitFloor: draft.floor === "" ? null : Number(draft.floor),
    taxIncluded: draft.tax,
  };
}
