import { expect, test } from "vitest";

import { faultsOf, inputOf, type PriceDraft } from "./priceForm";

const DRAFT: PriceDraft = {
  sku: "a-sku",
  amount: "36.00",
  currency: "EUR",
  per: "MONTH",
  term: "YEARLY",
  source: "CONTRACT",
  from: "2026-06-01",
  until: "",
  lot: "",
  quantity: "",
  floor: "",
  tax: false,
};

test("a whole draft has no fault, and what is left empty is not zero", () => {
  expect(faultsOf(DRAFT)).toEqual({});
  expect(inputOf(DRAFT)).toMatchObject({ amount: "36.00", effectiveUntil: null, quantity: null, commitFloor: null });
});

test("an amount with a comma is refused, not read as something else", () => {
  expect(faultsOf({ ...DRAFT, amount: "36,00" })).toEqual({ amount: "form.badAmount" });
  expect(faultsOf({ ...DRAFT, amount: "" })).toEqual({ amount: "form.required" });
});

test("a price ends after it begins", () => {
  expect(faultsOf({ ...DRAFT, until: "2026-06-01" })).toEqual({ until: "form.badUntil" });
  expect(faultsOf({ ...DRAFT, until: "2026-06-02" })).toEqual({});
});

test("seats and commitment are whole numbers", () => {
  expect(faultsOf({ ...DRAFT, quantity: "1.5", floor: "ten" })).toEqual({
    quantity: "form.badWhole",
    floor: "form.badWhole",
  });
});
