import { expect, test } from "vitest";

import { inTurn, tally, type Result } from "./batch";

const DONE = (position: string, facts = 1): Result => ({ facts, position });
const REFUSED: Result = { code: "NO_SUCH_FINDING", message: "The seat has no finding now." };

test("a refusal of one seat stops no other", async () => {
  const answers: Record<string, Result> = { anna: DONE("52"), bert: REFUSED, cleo: DONE("9", 0), dora: DONE("101") };

  const outcomes = await inTurn(
    Object.keys(answers),
    (name) => Promise.resolve(answers[name] ?? REFUSED),
    () => undefined,
  );

  const result = tally(outcomes);
  expect(result).toEqual({ changed: 2, same: 1, refused: [{ item: "bert", result: REFUSED }], position: "101" });
});

test("who may not change is asked once", async () => {
  const asked: string[] = [];
  const barred: Result = { code: "FORBIDDEN", message: "You may look at this tenant and change nothing." };

  const outcomes = await inTurn(
    ["anna", "bert", "cleo"],
    (name) => {
      asked.push(name);
      return Promise.resolve(barred);
    },
    () => undefined,
  );

  expect(asked).toEqual(["anna"]);
  expect(tally(outcomes).refused).toHaveLength(3);
  expect(tally(outcomes).position).toBeNull();
});

test("progress is told after each seat", async () => {
  const seen: number[] = [];

  await inTurn(
    ["anna", "bert"],
    () => Promise.resolve(DONE("1")),
    (outcomes) => seen.push(outcomes.length),
  );

  expect(seen).toEqual([1, 2]);
});
