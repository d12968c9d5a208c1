import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { usePaging } from "./usePaging";

const paged = (key = "now") => renderHook(({ list }) => usePaging(list, 50), { initialProps: { list: key } });

describe("a paged list", () => {
  it("begins at its first page", () => {
    const { result } = paged();
    expect(result.current).toMatchObject({ first: 50, after: null, page: 1 });
  });

  it("goes on and back by the cursors it was given", () => {
    const { result } = paged();
    act(() => result.current.next("a"));
    act(() => result.current.next("b"));
    expect(result.current).toMatchObject({ after: "b", page: 3 });
    act(() => result.current.previous());
    expect(result.current).toMatchObject({ after: "a", page: 2 });
    act(() => result.current.previous());
    expect(result.current).toMatchObject({ after: null, page: 1 });
  });

  it("begins anew for another moment or filter, since a cursor goes with its list", () => {
    const { result, rerender } = paged();
    act(() => result.current.next("a"));
    rerender({ list: "yesterday" });
    expect(result.current).toMatchObject({ after: null, page: 1 });
    act(() => result.current.next("z"));
    expect(result.current).toMatchObject({ after: "z", page: 2 });
  });

  it("begins anew with pages of another size, and keeps the size for other lists", () => {
    const { result, rerender } = paged();
    act(() => result.current.next("a"));
    act(() => result.current.resize(100));
    expect(result.current).toMatchObject({ first: 100, after: null, page: 1 });
    rerender({ list: "yesterday" });
    expect(result.current.first).toBe(100);
  });
});
