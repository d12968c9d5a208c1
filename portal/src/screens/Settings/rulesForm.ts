import type { PolicyInput, SeatPool } from "@/gql/graphql";
import { differing, type Rules } from "./ruleFacts";

/** Rules as somebody types them; every field is text as typed. Shares are in per cent, lists one item a line. */
export interface RulesDraft {
  idleDays: string;
  graceDays: string;
  disabledDays: string;
  bufferMin: string;
  bufferPercent: string;
  graceBilled: boolean;
  connectionFeeInside: boolean;
  pool: SeatPool;
  poolOwner: string;
  currency: string;
  timeZone: string;
  skuIdleDays: readonly { readonly skuId: string; readonly days: string }[];
  neededPlans: string;
  unneededPlans: string;
}

/** What is wrong with a field: a text of this screen. */
export type RulesFaults = Partial<Record<keyof RulesDraft, string>>;

const WHOLE = /^\d{1,5}$/;
const PERCENT = /^\d{1,3}(\.\d{1,4})?$/;
const PLAN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Today's rules as a draft. */
export function draftOf(rules: Rules): RulesDraft {
  return {
    idleDays: String(rules.idleDays),
    graceDays: String(rules.graceDays),
    disabledDays: String(rules.disabledDays),
    bufferMin: String(rules.bufferMin),
    bufferPercent: moved(rules.bufferShare, 2),
    graceBilled: rules.graceBilled,
    connectionFeeInside: rules.connectionFeeInside,
    pool: rules.pool,
    poolOwner: rules.poolOwner ?? "",
    currency: rules.currency,
    timeZone: rules.timeZone,
    skuIdleDays: rules.skuIdleDays.map(({ skuId, days }) => ({ skuId, days: String(days) })),
    neededPlans: rules.neededPlans.join("\n"),
    unneededPlans: rules.unneededPlans.join("\n"),
  };
}

/** What is wrong with a draft; empty: nothing. The API judges the rest. */
export function rulesFaults(draft: RulesDraft): RulesFaults {
  const faults: RulesFaults = {};
  for (const name of ["idleDays", "graceDays", "disabledDays", "bufferMin"] as const) {
    if (!WHOLE.test(draft[name])) faults[name] = "form.badWhole";
  }
  if (!PERCENT.test(draft.bufferPercent)) faults.bufferPercent = "form.badAmount";
  if (draft.pool === "OWNER" && draft.poolOwner.trim() === "") faults.poolOwner = "form.required";
  if (!/^[A-Z]{3}$/.test(draft.currency)) faults.currency = "form.badCurrency";
  if (draft.timeZone === "") faults.timeZone = "form.required";
  if (draft.skuIdleDays.some(({ skuId, days }) => skuId === "" || !WHOLE.test(days)))
    faults.skuIdleDays = "form.badWhole";
  for (const name of ["neededPlans", "unneededPlans"] as const) {
    if (!linesOf(draft[name]).every((line) => PLAN.test(line))) faults[name] = "rules.badPlan";
  }
  return faults;
}

/** What a draft changes, as the API takes it; empty: nothing. Only of one without faults. */
export function changesOf(before: Rules, draft: RulesDraft): PolicyInput {
  const after: Rules = {
    ...before,
    idleDays: Number(draft.idleDays),
    graceDays: Number(draft.graceDays),
    disabledDays: Number(draft.disabledDays),
    bufferMin: Number(draft.bufferMin),
    bufferShare: sameNumber(before.bufferShare, moved(draft.bufferPercent, -2)),
    graceBilled: draft.graceBilled,
    connectionFeeInside: draft.connectionFeeInside,
    pool: draft.pool,
    poolOwner: draft.pool === "OWNER" ? draft.poolOwner.trim() : null,
    currency: draft.currency,
    timeZone: draft.timeZone,
    skuIdleDays: draft.skuIdleDays.map(({ skuId, days }) => ({ __typename: "SkuIdleDays", skuId, days: Number(days) })),
    neededPlans: linesOf(draft.neededPlans),
    unneededPlans: linesOf(draft.unneededPlans),
  };
  const input = { ...after, skuIdleDays: after.skuIdleDays.map(({ skuId, days }) => ({ sku: skuId, days })) };
  return Object.fromEntries(differing(before, after).map((name) => [name, input[name]]));
}

function linesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((line) => line !== "");
}

/** A decimal text with its point moved to the right (negative: to the left), exactly: 0.02 by 2 is 2. */
function moved(text: string, places: number): string {
  const [whole = "0", part = ""] = text.split(".");
  const digits = "0".repeat(Math.max(0, -places)) + whole + part + "0".repeat(Math.max(0, places));
  const point = Math.max(0, -places) + whole.length + places;
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, "") || "0";
  const right = digits.slice(point).replace(/0+$/, "");
  return right === "" ? left : `${left}.${right}`;
}

/** The text before where the number is the same: 0.020 is 0.02. */
function sameNumber(before: string, after: string): string {
  return Number(before) === Number(after) ? before : after;
}
