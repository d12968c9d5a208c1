import { createHash } from "node:crypto";
import { cacheExchange, Client, createRequest, type Exchange, stringifyDocument } from "@urql/core";
import type { DocumentNode } from "graphql";
import { filter, pipe, tap } from "wonka";
import { describe, expect, it } from "vitest";
import * as generated from "../gql/graphql";
import trusted from "../gql/documents.json";
import * as hashes from "../gql/hashes";
import { hashOf } from "./client";

const documents = Object.entries(generated).filter(([name]) => name.endsWith("Document")) as [string, DocumentNode][];
const queries = documents.filter(([, document]) => {
  const [first] = document.definitions;
  return first?.kind === "OperationDefinition" && first.operation === "query";
});

describe("trusted documents", () => {
  it.each(documents)("%s is registered under the hash of its text", (_, document) => {
    const text = stringifyDocument(document);
    expect(hashOf(document)).toBe(createHash("sha256").update(text).digest("hex"));
    expect((trusted as Record<string, string>)[hashOf(document)]).toBe(text);
  });

  it("may be asked for by that hash before their text is there", () => {
    expect({ ...hashes }).toEqual(
      Object.fromEntries(documents.map(([name, document]) => [name.replace(/Document$/, "Hash"), hashOf(document)])),
    );
  });

  it.each(queries)("%s leaves the cache as it was registered", (_, document) => {
    const sent: DocumentNode[] = [];
    const ending: Exchange = () => (operations) =>
      pipe(
        operations,
        tap((operation) => sent.push(operation.query as DocumentNode)),
        filter(() => false),
      ) as never;
    const client = new Client({ url: "/graphql", exchanges: [cacheExchange, ending], preferGetMethod: false });
    client.executeQuery(createRequest(document, {}))((signal) => {
      if (typeof signal === "object" && signal.tag === 0) signal[0](0 as never);
    });
    expect(sent.map((each) => [hashOf(each), stringifyDocument(each)])).toEqual([
      [hashOf(document), stringifyDocument(document)],
    ]);
  });
});
