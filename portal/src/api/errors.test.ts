import { CombinedError } from "urql";
import { describe, expect, it } from "vitest";
import english from "../i18n/en.json";
import { troubleOf } from "./errors";

const told = (code: string, more: object = {}): CombinedError =>
  new CombinedError({ graphQLErrors: [{ message: "Because.", extensions: { code, ...more } }] });

describe("an error", () => {
  it.each([
    ["NOT_READY", "retry"],
    ["RATE_LIMITED", "retry"],
    ["NOT_FOUND", "gone"],
    ["FORBIDDEN", "forbidden"],
    ["SESSION_EXPIRED", "forbidden"],
    ["AS_OF_OUT_OF_RANGE", "change"],
    ["INTERNAL", "operator"],
  ])("of code %s says what to do: %s", (code, advice) => {
    expect(troubleOf(told(code))).toEqual({ code, advice, message: "Because.", traceId: null });
  });

  it("inside the service carries the trace to tell the operator", () => {
    expect(troubleOf(told("INTERNAL", { traceId: "abc" })).traceId).toBe("abc");
  });

  it("of a network that is away is no error of the service", () => {
    const away = new CombinedError({ networkError: new TypeError("Failed to fetch") });
    expect(troubleOf(away)).toMatchObject({ code: "OFFLINE", advice: "offline" });
  });

  it("of a proxy in front of a stopped service can be tried again", () => {
    const bad = new CombinedError({ networkError: new Error("Bad Gateway"), response: { status: 502 } });
    expect(troubleOf(bad)).toMatchObject({ code: "SERVER_DOWN", advice: "retry" });
  });

  it("of a session that ended is one, whatever its body", () => {
    const out = new CombinedError({ networkError: new Error("Unauthorized"), response: { status: 401 } });
    expect(troubleOf(out).code).toBe("UNAUTHENTICATED");
  });

  it("of any other kind keeps its words", () => {
    expect(troubleOf(new Error("odd"))).toMatchObject({ code: "UNEXPECTED", message: "odd" });
  });

  it("has words for each code the portal makes up itself", () => {
    for (const code of ["OFFLINE", "SERVER_DOWN", "UNAUTHENTICATED", "UNEXPECTED"]) {
      expect(english.errors).toHaveProperty(code);
    }
  });
});
