import { useEffect, useRef } from "react";

const LOOK_MS = 5_000;

/** Ask again every five seconds while the page is seen: consent and first reads happen elsewhere. */
export function useLookAgain(again: () => void): void {
  const newest = useRef(again);
  useEffect(() => {
    newest.current = again;
  }, [again]);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || newest.current(), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
}
