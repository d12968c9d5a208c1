/**
 * What is asked by a page's first script, before the code that asks for it is there. Each answer is for the first that
 * asks the same; one nobody asks for within `KEPT_MS` of the page's beginning is forgotten, as it is old by then.
 */
const asked = new Map<string, Promise<Response>>();

const KEPT_MS = 20_000;

/** Variables without objects in them, as every question asked ahead has. */
export type Flat = Readonly<Record<string, string | number | null>>;

/** Ask for something of the service by its address. */
export function fetchAhead(address: string, key = address, accept = "application/json"): void {
  const answer = fetch(address, { credentials: "same-origin", headers: { accept } });
  answer.catch(() => undefined); // whoever takes it is told
  asked.set(key, answer);
}

/** Ask a registered question: by GET, which needs the session's cookie alone. */
export function askAheadOf(hash: string, variables: Flat): void {
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: hash } });
  const parameters = new URLSearchParams({ variables: JSON.stringify(variables), extensions });
  fetchAhead(`/graphql?${parameters}`, keyOf(hash, variables), "application/graphql-response+json");
}

/** As `fetch`, but with the answer that was asked for ahead, where there is one. */
export const fetchOnce: typeof fetch = async (input, init) => {
  const key = typeof init?.body === "string" ? keyOfBody(init.body) : String(input);
  const answer = asked.get(key);
  asked.delete(key);
  if (answer === undefined || performance.now() > KEPT_MS) return fetch(input, init);
  return answer.catch(() => fetch(input, init));
};

function keyOf(hash: string, variables: Flat): string {
  return JSON.stringify([hash, Object.entries(variables).sort(([one], [other]) => (one < other ? -1 : 1))]);
}

/** The key of a question as the client sends it. Its text is there only where its hash alone was not known. */
function keyOfBody(body: string): string {
  const { query, variables, extensions } = JSON.parse(body) as {
    query?: string;
    variables?: Flat;
    extensions?: { persistedQuery?: { sha256Hash: string } };
  };
  return query === undefined ? keyOf(extensions?.persistedQuery?.sha256Hash ?? "", variables ?? {}) : "";
}
