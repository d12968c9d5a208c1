import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { askAheadOf, fetchAhead, fetchOnce } from "./ahead";

const HASH = "a".repeat(64);
const sent: string[] = [];
let answers: (() => Promise<Response>)[] = [];

beforeEach(() => {
  sent.length = 0;
  answers = [];
  vi.stubGlobal("fetch", (address: string) => {
    sent.push(String(address).split("?")[0] ?? "");
    return answers.shift()?.() ?? Promise.resolve(new Response(`answer ${sent.length}`));
  });
});

afterEach(() => vi.unstubAllGlobals());

const question = (variables: unknown, more = {}) => ({
  method: "POST",
  body: JSON.stringify({ variables, extensions: { persistedQuery: { version: 1, sha256Hash: HASH } }, ...more }),
});
const told = async (answer: Promise<Response>) => (await answer).text();

it("what was asked ahead is not asked again, whatever the order of its variables", async () => {
  askAheadOf(HASH, { tenant: "t", month: "2026-11", asOf: null });

  expect(await told(fetchOnce("/graphql", question({ asOf: null, month: "2026-11", tenant: "t" })))).toBe("answer 1");
  expect(sent).toEqual(["/graphql"]);
});

it("an answer is used once: later it would be an old one", async () => {
  fetchAhead("/auth/session");

  expect(await told(fetchOnce("/auth/session"))).toBe("answer 1");
  expect(await told(fetchOnce("/auth/session"))).toBe("answer 2");
});

it("another question has its own answer", async () => {
  askAheadOf(HASH, { tenant: "t" });

  expect(await told(fetchOnce("/graphql", question({ tenant: "other" })))).toBe("answer 2");
});

it("a question sent with its text is asked: its hash was not known", async () => {
  askAheadOf(HASH, { tenant: "t" });

  expect(await told(fetchOnce("/graphql", question({ tenant: "t" }, { query: "query Q { a }" })))).toBe("answer 2");
});

it("what could not be asked ahead is asked when it is needed", async () => {
  answers = [() => Promise.reject(new Error("away"))];
  fetchAhead("/auth/session");

  expect(await told(fetchOnce("/auth/session"))).toBe("answer 2");
});
