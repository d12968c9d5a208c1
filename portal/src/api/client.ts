import { persistedExchange } from "@urql/exchange-persisted";
import type { DocumentNode } from "graphql";
import { createClient as createSocket } from "graphql-ws";
import { cacheExchange, Client, fetchExchange, makeOperation, mapExchange, subscriptionExchange } from "urql";
import { fetchOnce } from "./ahead";
import { SIGNED_OUT_CODES, troubleOf } from "./errors";
import { rememberedExchange } from "./remembered";
import { hearServer } from "./serverClock";
import { leaveTo } from "./session";

/** The hash a document is registered under, written into it by tools/codegen.mjs. */
export function hashOf(document: DocumentNode): string {
  return (document as { __meta__?: { hash?: string } }).__meta__?.hash ?? "";
}

/**
 * The GraphQL client of one session: the cookie says who asks, the CSRF header that this page asks. Documents go by
 * their hash; a server that does not know one is sent its text.
 */
export function createClient(csrf: string, ended: (code: string) => void = leaveTo): Client {
  const socket = createSocket({
    url: `${location.origin.replace(/^http/, "ws")}/graphql`,
    lazy: true,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (event) => !(event instanceof CloseEvent && [4401, 4403].includes(event.code)),
  });
  return new Client({
    url: "/graphql",
    preferGetMethod: false,
    requestPolicy: "cache-first",
    fetch: fetchOnce,
    fetchOptions: () => optionsOf(csrf, false),
    exchanges: [
      mapExchange({
        onOperation: (operation) =>
          operation.context["background"] === true
            ? makeOperation(operation.kind, operation, {
                ...operation.context,
                fetchOptions: () => optionsOf(csrf, true),
              })
            : operation,
        onError: (error) => {
          const { code } = troubleOf(error);
          if (SIGNED_OUT_CODES.includes(code)) ended(code);
        },
      }),
      rememberedExchange(),
      cacheExchange,
      mapExchange({ onResult: ({ extensions }) => hearServer(extensions?.["now"]) }), // of answers just come, not of kept ones
      persistedExchange({
        enableForMutation: true,
        preferGetForPersistedQueries: false,
        generateHash: async (_, document) => hashOf(document),
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => {
            const payload = { query: request.query ?? "", variables: request.variables as Record<string, unknown> };
            return { unsubscribe: socket.subscribe(payload, sink as Parameters<typeof socket.subscribe>[1]) };
          },
        }),
      }),
    ],
  });
}

/** `background`: asked by the page itself, which does not keep an idle session alive. */
function optionsOf(csrf: string, background: boolean): RequestInit {
  const headers = { "x-sua-csrf": csrf, ...(background ? { "x-sua-background": "1" } : {}) };
  return { credentials: "same-origin", headers };
}
