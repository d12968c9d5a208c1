import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { cacheExchange, Client, fetchExchange, gql, Provider, type TypedDocumentNode } from "urql";
import { describe, expect, it } from "vitest";
import { advance } from "./advance";
import { rememberedExchange } from "./remembered";
import { sameVariables, useAsk } from "./useAsk";

const QUESTION: TypedDocumentNode<{ day: string; count: number }, { asOf: string; knownAt?: string }> = gql`
  query Day($asOf: Date, $knownAt: DateTime) {
    day(asOf: $asOf, knownAt: $knownAt)
    count
  }
`;

/** A service that answers with the day asked for and how many questions it has had. */
function service(): { asked: string[]; wrapper: (props: { children: ReactNode }) => ReactNode } {
  const asked: string[] = [];
  const client = new Client({
    url: "https://sua.example/graphql",
    preferGetMethod: false,
    exchanges: [rememberedExchange(), cacheExchange, fetchExchange],
    fetch: async (_, request) => {
      const { variables } = JSON.parse(String(request?.body)) as { variables: { asOf: string } };
      asked.push(variables.asOf);
      const data = { day: variables.asOf, count: asked.length };
      return new Response(JSON.stringify({ data }), { headers: { "content-type": "application/json" } });
    },
  });
  return { asked, wrapper: ({ children }) => <Provider value={client}>{children}</Provider> };
}

describe("a question", () => {
  it("is answered by what was asked, never by the day before it", async () => {
    const { wrapper } = service();
    const { result, rerender } = renderHook(({ asOf }) => useAsk(QUESTION, { asOf }), {
      wrapper,
      initialProps: { asOf: "2026-11-01" },
    });
    await waitFor(() => expect(result.current.data?.day).toBe("2026-11-01"));

    rerender({ asOf: "2026-11-02" });
    expect(result.current.data).toBeUndefined();
    expect(result.current.before?.day).toBe("2026-11-01");

    await waitFor(() => expect(result.current.data?.day).toBe("2026-11-02"));
  });

  it("asked again is shown at once and costs nothing", async () => {
    const { asked, wrapper } = service();
    const { result, rerender } = renderHook(({ asOf }) => useAsk(QUESTION, { asOf }), {
      wrapper,
      initialProps: { asOf: "2026-11-01" },
    });
    await waitFor(() => expect(result.current.data?.day).toBe("2026-11-01"));
    rerender({ asOf: "2026-11-02" });
    await waitFor(() => expect(result.current.data?.day).toBe("2026-11-02"));

    rerender({ asOf: "2026-11-01" });

    expect(result.current.data?.day).toBe("2026-11-01");
    expect(asked).toEqual(["2026-11-01", "2026-11-02"]);
  });

  it("is asked again when the tenant advances, with the old answer in sight", async () => {
    const { asked, wrapper } = service();
    const { result } = renderHook(() => useAsk(QUESTION, { asOf: "2026-11-01" }), { wrapper });
    await waitFor(() => expect(result.current.data?.count).toBe(1));

    act(() => advance());

    expect(result.current.data?.count).toBe(1);
    await waitFor(() => expect(result.current.data?.count).toBe(2));
    expect(asked).toHaveLength(2);
  });

  it("is not asked before it may be", async () => {
    const { asked, wrapper } = service();
    const { result } = renderHook(() => useAsk(QUESTION, { asOf: "2026-11-01" }, { pause: true }), { wrapper });
    await new Promise((done) => setTimeout(done, 10));
    expect(asked).toEqual([]);
    expect(result.current.data).toBeUndefined();
  });
});

describe("what has been asked before an advance", () => {
  const shownTwice = async (variables: { asOf: string; knownAt?: string }) => {
    const { asked, wrapper } = service();
    const first = renderHook(() => useAsk(QUESTION, variables), { wrapper });
    await waitFor(() => expect(first.result.current.data).toBeDefined());
    first.unmount();
    act(() => advance());
    const second = renderHook(() => useAsk(QUESTION, variables), { wrapper });
    expect(second.result.current.data?.count).toBe(1);
    await new Promise((done) => setTimeout(done, 20));
    return asked.length;
  };

  it("is shown at once on returning, and asked for again behind it", async () => {
    expect(await shownTwice({ asOf: "2026-11-01" })).toBe(2);
  });

  it("as known at an instant stays true, so it is not asked again", async () => {
    expect(await shownTwice({ asOf: "2026-11-01", knownAt: "2026-11-02T00:00:00Z" })).toBe(1);
  });
});

describe("variables", () => {
  it("are the same whatever their order, and without what is undefined", () => {
    expect(sameVariables({ a: 1, b: [2] }, { b: [2], a: 1, c: undefined })).toBe(true);
    expect(sameVariables({ a: null }, {})).toBe(false);
  });
});
