import type { Cause, FindingGrouping, FindingOrder, Tier } from "../../gql/graphql";
import type { Orders } from "../../parts/sorted";

/** Causes in the order they are judged in. */
export const CAUSES = ["DISABLED", "NEVER_USED", "IDLE", "OVERLAP", "SKU_IDLE", "DOWNGRADE", "GUEST_LICENSED"] as const;

/** Tiers, the surest first. */
export const TIERS = ["GUARANTEED", "LIKELY", "REVIEW", "UNVERIFIABLE"] as const;

/** What findings can be grouped by; the first is the default. */
export const GROUPINGS = ["CAUSE", "SKU", "DEPARTMENT", "TIER", "COUNTRY", "COMPANY", "COST_CENTRE", "GROUP"] as const;

/** What the list can be put in order by, the dearest first if nothing is said. */
export const ORDERS: Orders<FindingOrder> = {
  all: ["WORTH", "USER", "PRODUCT", "DEPARTMENT", "CAUSE", "TIER", "QUIET_SINCE"],
  first: "WORTH",
  down: ["WORTH"],
};

const UNEXPORTED = ["sku", "company", "costCentre", "country", "user", "idleDays"] as const;

/** What somebody chose to see of the worklist. It stands in the address, so a view can be shared. */
export interface Choice {
  by: FindingGrouping;
  causes: Cause[];
  tiers: Tier[];
  /** A skuId; null: any. */
  sku: string | null;
  /** In the directory's words, as the next three; null: any. */
  department: string | null;
  company: string | null;
  costCentre: string | null;
  country: string | null;
  /** A userId; null: anybody. */
  user: string | null;
  /** Days for every product instead of the rules; null: the rules. */
  idleDays: number | null;
}

/** Read a choice from an address. What is misspelt is left out. */
export function choiceOf(params: URLSearchParams): Choice {
  const by = params.get("by");
  const idle = params.get("idleDays");
  return {
    by: GROUPINGS.find((each) => each === by) ?? "CAUSE",
    causes: CAUSES.filter((each) => listed(params, "cause").includes(each)),
    tiers: TIERS.filter((each) => listed(params, "tier").includes(each)),
    sku: params.get("sku"),
    department: params.get("department"),
    company: params.get("company"),
    costCentre: params.get("costCentre"),
    country: params.get("country"),
    user: params.get("user"),
    idleDays: idle !== null && /^[1-9]\d{0,3}$/.test(idle) ? Number(idle) : null,
  };
}

/** Write part of a choice into an address, next to whatever else stands there. */
export function withChoice(params: URLSearchParams, part: Partial<Choice>): URLSearchParams {
  const next = new URLSearchParams(params);
  const names = { causes: "cause", tiers: "tier" } as Record<string, string>;
  for (const [key, value] of Object.entries(part)) {
    const name = names[key] ?? key;
    const text = Array.isArray(value) ? value.join(",") : value === null ? "" : String(value);
    if (text === "" || (key === "by" && text === "CAUSE")) next.delete(name);
    else next.set(name, text);
  }
  return next;
}

/** The choice without its filters; grouping stays. */
export const NO_FILTERS = {
  causes: [],
  tiers: [],
  sku: null,
  department: null,
  company: null,
  costCentre: null,
  country: null,
  user: null,
  idleDays: null,
};

/** Whether any filter is set. */
export function isFiltered(choice: Choice): boolean {
  return (
    choice.causes.length + choice.tiers.length > 0 ||
    [choice.sku, choice.department, choice.company, choice.costCentre, choice.country].some((each) => each !== null) ||
    choice.user !== null ||
    choice.idleDays !== null
  );
}

/** The filters that are set and that the service's file of findings does not take: it holds more than the screen. */
export function unexported(choice: Choice): readonly (typeof UNEXPORTED)[number][] {
  return UNEXPORTED.filter((name) => choice[name] !== null);
}

/** What the API filters findings by; null: not at all. */
export interface Filtered {
  readonly causes: Cause[] | null;
  readonly tiers: Tier[] | null;
  readonly sku: string | null;
  readonly user: string | null;
  readonly department: string | null;
  readonly company: string | null;
  readonly costCentre: string | null;
  readonly country: string | null;
  readonly idleDays: number | null;
}

/** The filters as variables of a question about findings. */
export function variablesOf(choice: Choice): Filtered {
  return {
    causes: choice.causes.length > 0 ? choice.causes : null,
    tiers: choice.tiers.length > 0 ? choice.tiers : null,
    sku: choice.sku,
    user: choice.user,
    department: choice.department,
    company: choice.company,
    costCentre: choice.costCentre,
    country: choice.country,
    idleDays: choice.idleDays,
  };
}

/** What narrowing the list to one group changes; null where the API cannot filter by it. */
export function narrowing(by: FindingGrouping, key: string | null, smallGroups: number): Partial<Choice> | null {
  if (key === null || smallGroups > 0) return null;
  switch (by) {
    case "CAUSE":
      return { causes: CAUSES.filter((each) => each === key) };
    case "TIER":
      return { tiers: TIERS.filter((each) => each === key) };
    case "SKU":
      return { sku: key };
    case "DEPARTMENT":
      return { department: key };
    case "COMPANY":
      return { company: key };
    case "COST_CENTRE":
      return { costCentre: key };
    case "COUNTRY":
      return { country: key };
    default:
      return null;
  }
}

function listed(params: URLSearchParams, name: string): string[] {
  return (params.get(name) ?? "").split(",");
}
