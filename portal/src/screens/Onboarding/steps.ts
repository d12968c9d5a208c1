/** How far a new customer has come, from the invitation to the first complete figures. */

export interface Newcomer {
  /** The directory's own name; null before consent. */
  organisation?: string | null;
  state: "BLOCKED" | "CONSENTED" | "GONE" | "INVITED" | "OFFBOARDED" | "WITHDRAWN";
  consent: { missingPermissions: readonly string[] };
  subscription?: { state: "EXPIRED" | "LIVE" | "LOST" } | null;
  freshness: { feeds: readonly { feed: string; collectedAt?: string | null }[]; lastFailure?: string | null };
}

export const STEPS = ["INVITED", "CONSENTED", "PERMITTED", "LICENCES", "SIGN_INS", "SUBSCRIBED", "CALLS"] as const;
export type Step = (typeof STEPS)[number];

/** DONE; NEXT: what is being waited for; OPEN: later; STUCK: it will not go on by itself. */
export type StepState = "DONE" | "NEXT" | "OPEN" | "STUCK";

function read(customer: Newcomer, feed: string): boolean {
  return customer.freshness.feeds.some((each) => each.feed === feed && Boolean(each.collectedAt));
}

function done(customer: Newcomer): Record<Step, boolean> {
  // Who was invited, never consented and was let go has no directory.
  const consented = customer.state !== "INVITED" && (customer.state !== "OFFBOARDED" || customer.organisation != null);
  return {
    INVITED: true,
    CONSENTED: consented,
    PERMITTED: consented && customer.consent.missingPermissions.length === 0,
    LICENCES: read(customer, "LICENCES"),
    SIGN_INS: read(customer, "SIGN_INS"),
    SUBSCRIBED: customer.subscription?.state === "LIVE",
    CALLS: read(customer, "CALLS"),
  };
}

/** Steps do not wait for each other once consent is there, so every one that is open then is being waited for. */
export function steps(customer: Newcomer): { step: Step; state: StepState }[] {
  const finished = done(customer);
  const ended = ["BLOCKED", "GONE", "OFFBOARDED", "WITHDRAWN"].includes(customer.state);
  return STEPS.map((step) => {
    if (finished[step]) return { step, state: "DONE" };
    if (ended) return { step, state: "STUCK" };
    if (step === "CONSENTED") return { step, state: "NEXT" };
    if (!finished.CONSENTED) return { step, state: "OPEN" };
    return { step, state: step === "PERMITTED" ? "STUCK" : "NEXT" };
  });
}

/** Share of the steps that are done, 0 to 1. */
export function progress(customer: Newcomer): number {
  return steps(customer).filter((each) => each.state === "DONE").length / STEPS.length;
}
