import type { Cause } from "../../gql/graphql";

/** What the sentence of a finding is made from. Dates come as they are to be read. */
export interface Told {
  cause: Cause;
  person: string;
  product: string;
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

/** Why a seat is a finding, as one sentence. A day that is not known has a sentence of its own. */
export function sentenceOf(told: Told): Sentence {
  const values = { person: told.person, product: told.product };
  switch (told.cause) {
    case "DISABLED":
      return told.disabledSince === null
        ? { key: "sentence.DISABLED", values }
        : { key: "sentence.DISABLED_since", values: { ...values, since: told.disabledSince } };
    case "IDLE":
    case "SKU_IDLE":
      return told.quietSince === null || told.quietDays === null
        ? { key: `sentence.${told.cause}`, values }
        : {
            key: `sentence.${told.cause}_since`,
            values: { ...values, since: told.quietSince, days: told.quietDays },
          };
    case "OVERLAP":
      return { key: "sentence.OVERLAP", values: { ...values, covered: told.covered.join(", ") } };
    case "DOWNGRADE":
      return { key: "sentence.DOWNGRADE", values: { ...values, better: told.better ?? "" } };
    case "NEVER_USED":
    case "GUEST_LICENSED":
      return { key: `sentence.${told.cause}`, values };
  }
}
