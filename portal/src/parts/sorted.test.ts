import { expect, it } from "vitest";

import { clicked, orderOf, orderWord, type Orders } from "./sorted";

const ORDERS: Orders<"WORTH" | "USER"> = { all: ["WORTH", "USER"], first: "WORTH", down: ["WORTH"] };

it("an order written into an address is read back the same", () => {
  for (const by of ORDERS.all)
    for (const descending of [true, false]) {
      const order = { by, descending };
      expect(orderOf(orderWord(order, ORDERS), ORDERS)).toEqual(order);
    }
  expect(orderWord({ by: "WORTH", descending: true }, ORDERS)).toBe("");
});

it("what is misspelt is the first order as it begins", () => {
  expect(orderOf("COLOUR-asc", ORDERS)).toEqual({ by: "WORTH", descending: true });
});

it("another column begins with what matters, the same one turns round", () => {
  const worth = { by: "WORTH", descending: true } as const;
  expect(clicked(worth, "USER", ORDERS)).toEqual({ by: "USER", descending: false });
  expect(clicked(worth, "WORTH", ORDERS)).toEqual({ by: "WORTH", descending: false });
  expect(clicked({ by: "USER", descending: false }, "WORTH", ORDERS)).toEqual(worth);
});
