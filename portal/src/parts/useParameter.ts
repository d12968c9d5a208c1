import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** A filter or sort order that lives in the address, so the view can be shared. "" is not set. */
export function useParameter(name: string, otherwise = ""): [string, (value: string) => void] {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (value: string) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === "" || value === otherwise) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [name, otherwise, setSearch],
  );
  return [search.get(name) ?? otherwise, set];
}

/** Several values of one name in the address, with commas between. */
export function useParameters(name: string): [string[], (values: string[]) => void] {
  const [text, setText] = useParameter(name);
  const set = useCallback((values: string[]) => setText(values.join(",")), [setText]);
  return [text === "" ? [] : text.split(","), set];
}
