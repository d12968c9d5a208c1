import type { Cause, FindingRemark, Tier } from "../../gql/graphql";

/** What the sentence of a finding is made from. Dates come as they are to be read. */
export interface Told {
  cause: Cause;
  tier: Tier;
  remarks: readonly FindingRemark[];
  person: string;
  product: string;
  heldSince: string | null;
  quietSince: string | null;
  quietDays: number | null;
  disabledSince: string | null;
  covered: string[];
  better: string | null;
}

/** A text of this screen with its values. */
export interface Sentence {
  key: string;
  values: Record<string, string | number>;
}

/**
 * Why a seat is a finding, as one sentence: what `text` of the API says in English, from the same cause, certainty and
 * remarks, so that it can be said in the reader's language. A day that is not known has a sentence of its own.
 */
export function sentenceOf(told: Told): Sentence {
  const values = { person: told.person, product: told.product };
  if (told.tier === "UNVERIFIABLE") {
    const old = told.remarks.includes("STAMP_PROVES_NOTHING");
    return { key: old ? "sentence.UNVERIFIABLE_old" : "sentence.UNVERIFIABLE", values };
  }
  switch (told.cause) {
    case "DISABLED":
      return since("DISABLED", values, told.disabledSince);
    case "NEVER_USED":
      return since("NEVER_USED", values, told.heldSince);
    case "IDLE":
      return quiet(told.remarks.includes("BACKGROUND_ONLY") ? "BACKGROUND" : "IDLE", values, told);
    case "SKU_IDLE":
      return quiet("SKU_IDLE", values, told);
    case "OVERLAP":
      return { key: "sentence.OVERLAP", values: { ...values, covered: told.covered.join(", ") } };
    case "DOWNGRADE":
      return { key: "sentence.DOWNGRADE", values: { ...values, better: told.better ?? "" } };
    case "GUEST_LICENSED":
      return { key: "sentence.GUEST_LICENSED", values };
  }
}

/** Remarks that belong to the sentence: doubts about it, and why it saves nothing that is known. */
export const SAID: readonly FindingRemark[] = [
  "SUSPECTED",
  "KIND_UNSURE",
  "TRIAL",
  "PAID_BY_USE",
  "PRICE_UNKNOWN",
] as const;

function since(key: string, values: Sentence["values"], day: string | null): Sentence {
  return day === null
    ? { key: `sentence.${key}`, values }
    : { key: `sentence.${key}_since`, values: { ...values, since: day } };
}

function quiet(key: string, values: Sentence["values"], told: Told): Sentence {
  const { quietSince, quietDays } = told;
  if (quietSince === null || quietDays === null) return { key: `sentence.${key}`, values };
  return { key: `sentence.${key}_since`, values: { ...values, since: quietSince, days: quietDays } };
}
