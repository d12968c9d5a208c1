import { isDay, type Day } from "./days";

/** What the address says about the moment; null: now. */
export interface Asked {
  /** The civil day whose end counts. */
  readonly asOf: Day | null;
  /** What was learned after this instant is left out, UTC. */
  readonly knownAt: string | null;
}

/** The moment in an address. What is no date says nothing: a mistyped link shows now, not an error. */
export function momentOf(search: URLSearchParams): Asked {
  const asOf = search.get("asOf");
  const knownAt = search.get("knownAt");
  return { asOf: isDay(asOf) ? asOf : null, knownAt: isInstant(knownAt) ? knownAt : null };
}

/** The address's parameters with another moment; the others stay. */
export function withMoment(search: URLSearchParams, moment: Partial<Asked>): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(moment)) {
    if (value === null || value === undefined) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

/** Only the moment of an address, as `?asOf=…`; empty for now. For links to other screens. */
export function momentSearch(search: URLSearchParams, more: Record<string, string | null | undefined> = {}): string {
  const { asOf, knownAt } = momentOf(search);
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...more, asOf, knownAt })) {
    if (value !== null && value !== undefined && value !== "") next.set(name, value);
  }
  const text = next.toString();
  return text === "" ? "" : `?${text}`;
}

function isInstant(text: string | null): text is string {
  return text !== null && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) && !Number.isNaN(Date.parse(text));
}
