import { useLayoutEffect } from "react";

const CLOSED_MS = 50;

/**
 * Give the focus back to what had it when a dialog opened. Fluent does so by itself only for triggers of its own, and
 * otherwise takes the last of those it knows, which may be a menu of the header.
 */
export function useFocusBack(open: boolean): void {
  useLayoutEffect(() => {
    const opener = document.activeElement;
    if (!open || !(opener instanceof HTMLElement) || opener === document.body) return undefined;
    return () => {
      setTimeout(() => opener.isConnected && opener.focus(), CLOSED_MS); // after Fluent has put it elsewhere
    };
  }, [open]);
}
