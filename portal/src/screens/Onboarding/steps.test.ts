import { expect, it } from "vitest";

import { progress, steps, type Newcomer } from "./steps";

const invited: Newcomer = {
  state: "INVITED",
  consent: { missingPermissions: [] },
  subscription: null,
  freshness: { feeds: [] },
};

const states = (customer: Newcomer) => steps(customer).map((each) => each.state);

it("after the invitation consent is waited for, and everything else comes later", () => {
  expect(states(invited)).toEqual(["DONE", "NEXT", "OPEN", "OPEN", "OPEN", "OPEN", "OPEN"]);
});

it("with consent the first reads are waited for side by side", () => {
  const consented: Newcomer = {
    ...invited,
    state: "CONSENTED",
    freshness: {
      feeds: [
        { feed: "LICENCES", collectedAt: "2026-11-23T03:00:00Z" },
        { feed: "CALLS", collectedAt: null },
      ],
    },
  };

  expect(states(consented)).toEqual(["DONE", "DONE", "DONE", "DONE", "NEXT", "NEXT", "NEXT"]);
  expect(progress(consented)).toBeCloseTo(4 / 7);
});

it("missing permissions do not come by themselves", () => {
  const short: Newcomer = { ...invited, state: "CONSENTED", consent: { missingPermissions: ["User.Read.All"] } };

  expect(states(short)[2]).toBe("STUCK");
});

it("where access ended nothing more is waited for", () => {
  expect(states({ ...invited, state: "WITHDRAWN" })).toEqual([
    "DONE",
    "DONE",
    "DONE",
    "STUCK",
    "STUCK",
    "STUCK",
    "STUCK",
  ]);
});

it("an invitation taken back was never consented to", () => {
  expect(states({ ...invited, state: "OFFBOARDED", organisation: null }).slice(0, 3)).toEqual([
    "DONE",
    "STUCK",
    "STUCK",
  ]);
  expect(states({ ...invited, state: "OFFBOARDED", organisation: "Contoso" }).slice(0, 3)).toEqual([
    "DONE",
    "DONE",
    "DONE",
  ]);
});
