import { CombinedError } from "urql";

/** What a reader can do about an error. */
export type Advice = "retry" | "change" | "gone" | "forbidden" | "operator" | "offline";

/** An error ready to be shown: `code` names it for the operator and picks the words in `shared:errors`. */
export interface Trouble {
  readonly code: string;
  readonly advice: Advice;
  /** The API's own sentence, English; null: it said none. */
  readonly message: string | null;
  /** Only INTERNAL: what to tell the operator. */
  readonly traceId: string | null;
}

const LATER = [
  "ABORTED",
  "CLOCK_DOWN",
  "DATABASE_DOWN",
  "KEYS_UNAVAILABLE",
  "NOT_READY",
  "QUERY_TIMED_OUT",
  "RATE_LIMITED",
];
const OPERATOR = ["EVIDENCE_BROKEN", "FACT_UNREADABLE", "INTERNAL", "KEY_UNUSABLE", "DOCUMENT_NOT_TRUSTED"];

/** Codes after which the browser has to sign on again. */
export const SIGNED_OUT_CODES = ["SESSION_EXPIRED", "UNAUTHENTICATED", "SESSION_UNKNOWN"];

/** What to say about an error of urql or of anything else. Never null: an error without a code has a name, too. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof CombinedError) {
    const first = error.graphQLErrors[0];
    if (first !== undefined) {
      const code = text(first.extensions.code) ?? "INTERNAL";
      return { code, advice: adviceOf(code), message: first.message, traceId: text(first.extensions.traceId) };
    }
    const status = (error.response as Response | undefined)?.status;
    if (status === 401) return { code: "UNAUTHENTICATED", advice: "forbidden", message: null, traceId: null };
    if (status !== undefined && status >= 500) {
      return { code: "SERVER_DOWN", advice: "retry", message: null, traceId: null };
    }
    return { code: "OFFLINE", advice: "offline", message: null, traceId: null };
  }
  const message = error instanceof Error ? error.message : null;
  return { code: "UNEXPECTED", advice: "retry", message, traceId: null };
}

function adviceOf(code: string): Advice {
  if (LATER.includes(code)) return "retry";
  if (OPERATOR.includes(code)) return "operator";
  if (code === "NOT_FOUND") return "gone";
  if (code === "FORBIDDEN" || SIGNED_OUT_CODES.includes(code)) return "forbidden";
  return "change";
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
