import { expect, test } from "vitest";

import { choiceOf, isFiltered, narrowing, NO_FILTERS, unexported, variablesOf, withChoice } from "./choice";

test("a choice written into an address is read back the same", () => {
  const chosen = {
    by: "SKU",
    causes: ["DISABLED", "IDLE"],
    tiers: ["LIKELY"],
    sku: "a-sku",
    department: "Sales, North",
    company: null,
    costCentre: "47 11",
    country: "DE",
    user: "a-user",
    idleDays: 60,
  } as const;

  const params = withChoice(new URLSearchParams(), { ...chosen, causes: [...chosen.causes], tiers: [...chosen.tiers] });

  expect(choiceOf(new URLSearchParams(params.toString()))).toEqual(chosen);
});

test("an address without a choice asks for everything by cause", () => {
  const choice = choiceOf(new URLSearchParams("asOf=2026-11-20"));

  expect(choice).toEqual({ by: "CAUSE", ...NO_FILTERS });
  expect(isFiltered(choice)).toBe(false);
  expect(variablesOf(choice)).toEqual({
    causes: null,
    tiers: null,
    sku: null,
    user: null,
    department: null,
    company: null,
    costCentre: null,
    country: null,
    idleDays: null,
  });
});

test("what is misspelt in an address is left out", () => {
  const choice = choiceOf(new URLSearchParams("by=COLOUR&cause=IDLE,BORED&idleDays=-3"));

  expect(choice.by).toBe("CAUSE");
  expect(choice.causes).toEqual(["IDLE"]);
  expect(choice.idleDays).toBeNull();
});

test("clearing the filters keeps the date and the grouping", () => {
  const params = withChoice(new URLSearchParams("asOf=2026-11-20&by=SKU&cause=IDLE&department=Ops"), NO_FILTERS);

  expect(params.toString()).toBe("asOf=2026-11-20&by=SKU");
});

test("a group the service can filter by narrows the list, small groups and others do not", () => {
  expect(narrowing("CAUSE", "IDLE", 0)).toEqual({ causes: ["IDLE"] });
  expect(narrowing("DEPARTMENT", "Ops", 0)).toEqual({ department: "Ops" });
  expect(narrowing("DEPARTMENT", null, 3)).toBeNull();
  expect(narrowing("COUNTRY", "DE", 0)).toEqual({ country: "DE" });
  expect(narrowing("GROUP", "a-group", 0)).toBeNull();
});

test("filters the file of findings cannot have are told, those it has are not", () => {
  const choice = choiceOf(new URLSearchParams("cause=IDLE&tier=LIKELY&department=Sales&country=DE&idleDays=60"));

  expect(unexported(choice)).toEqual(["country", "idleDays"]);
  expect(unexported(choiceOf(new URLSearchParams("cause=IDLE&department=Sales")))).toEqual([]);
});
