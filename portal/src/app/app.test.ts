import { describe, expect, it } from "vitest";
import { wayBack } from "./SignedOutPage";
import { rightsOf } from "./tenant";

describe("the way back after signing on", () => {
  it("is the address one came from", () => {
    expect(wayBack("/t/abc/worklist?asOf=2026-11-01")).toBe("/t/abc/worklist?asOf=2026-11-01");
  });

  it.each(["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", null])(
    "never leads to another host: %s",
    (text) => {
      expect(wayBack(text)).toBe("/");
    },
  );

  it("does not lead back to the page that says why", () => {
    expect(wayBack("/signed-out?why=EXPIRED")).toBe("/");
  });
});

describe("what a viewer is offered", () => {
  it("is one customer at one moment for who may only look", () => {
    expect(rightsOf(["CUSTOMER_VIEWER"])).toEqual({
      audit: false,
      persons: false,
      portfolio: false,
    });
  });

  it("is the second time for auditors", () => {
    expect(rightsOf(["AUDITOR"])).toMatchObject({ audit: true, portfolio: false });
  });

  it("is the portfolio for resellers, and one time", () => {
    expect(rightsOf(["RESELLER"])).toMatchObject({ portfolio: true, audit: false });
  });

  it("is all of it for the provider's administrators", () => {
    expect(rightsOf(["PROVIDER_ADMIN"])).toMatchObject({ audit: true, portfolio: true });
  });
});
