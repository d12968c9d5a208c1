import { expect, test } from "vitest";

import { exportAddress } from "./exportAddress";

const CONTOSO = "VGVuYW50OjdlMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwYw";

test("a file is asked for by the tenant's own id and with the filters on screen", () => {
  const address = exportAddress(CONTOSO, "findings", "csv", {
    asOf: "2026-11-20",
    causes: "IDLE,DISABLED",
    tiers: null,
  });

  expect(address).toBe(
    "/exports/7e000000-0000-4000-8000-00000000000c/findings.csv?asOf=2026-11-20&causes=IDLE%2CDISABLED",
  );
});

test("a file of everything now has no parameters", () => {
  expect(exportAddress(CONTOSO, "costs", "xlsx", { asOf: null, month: "" })).toBe(
    "/exports/7e000000-0000-4000-8000-00000000000c/costs.xlsx",
  );
});
