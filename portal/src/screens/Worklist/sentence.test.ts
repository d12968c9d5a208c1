import { createInstance } from "i18next";
import { expect, test } from "vitest";

import de from "./de.json";
import en from "./en.json";
import { sentenceOf, type Told } from "./sentence";

const ANNA: Told = {
  cause: "IDLE",
  tier: "LIKELY",
  remarks: [],
  person: "Anna Berg",
  product: "Microsoft 365 E5",
  heldSince: null,
  quietSince: null,
  quietDays: null,
  disabledSince: null,
  covered: [],
  better: null,
};

async function said(told: Told, language: "en" | "de"): Promise<string> {
  const i18n = createInstance();
  await i18n.init({ lng: language, resources: { en: { translation: en }, de: { translation: de } } });
  const { key, values } = sentenceOf(told);
  return i18n.t(key, { ...values, interpolation: { escapeValue: false } });
}

test("an idle seat says since when, in both languages", async () => {
  const told = { ...ANNA, quietSince: "1 July 2026", quietDays: 145 };

  expect(await said(told, "en")).toBe(
    "Anna Berg was last active on 1 July 2026, 145 days ago, and holds Microsoft 365 E5.",
  );
  expect(await said(told, "de")).toContain("zuletzt am 1 July 2026 aktiv, vor 145 Tagen");
});

test("a day that is not known is not invented", async () => {
  expect(await said(ANNA, "en")).toBe("No activity of Anna Berg, who holds Microsoft 365 E5, is known.");
  expect(await said({ ...ANNA, cause: "DISABLED" }, "en")).not.toContain("since");
});

test("every cause has a sentence that is filled completely", async () => {
  const causes = ["DISABLED", "NEVER_USED", "IDLE", "OVERLAP", "SKU_IDLE", "DOWNGRADE", "GUEST_LICENSED"] as const;
  for (const cause of causes)
    for (const language of ["en", "de"] as const) {
      const text = await said({ ...ANNA, cause, covered: ["Office E3"], better: "Office E1" }, language);
      expect(text).toContain("Microsoft 365 E5");
      expect(text).not.toContain("{{");
      expect(text).not.toContain("sentence.");
    }
});

test("what nothing shows is said to be so, whatever the cause", async () => {
  const blind = { ...ANNA, tier: "UNVERIFIABLE" } as const;

  expect(await said(blind, "en")).toBe(
    "Nobody can say whether Anna Berg uses Microsoft 365 E5: nothing that shows activity was read of late.",
  );
  expect(await said({ ...blind, remarks: ["STAMP_PROVES_NOTHING"] }, "de")).toContain("älter als Microsofts");
});

test("devices that sign in by themselves are told from the person", async () => {
  const told = { ...ANNA, remarks: ["BACKGROUND_ONLY"] as const, quietSince: "1 July 2026", quietDays: 145 };

  expect(await said(told, "en")).toContain("Only devices still sign in for Anna Berg");
  expect(await said(told, "de")).toContain("zuletzt am 1 July 2026 aktiv, vor 145 Tagen");
});

test("a seat never used says since when it is held", async () => {
  expect(await said({ ...ANNA, cause: "NEVER_USED", heldSince: "1 June 2026" }, "en")).toBe(
    "Anna Berg has held Microsoft 365 E5 since 1 June 2026 and was never seen to use anything.",
  );
});
