import { useSyncExternalStore } from "react";

/** Whether the page is on paper, or shown as it would be there: what is for paper alone is made only then. */
export function usePrinting(): boolean {
  return useSyncExternalStore(listen, isPrinting);
}

let begun = false;
let paper: MediaQueryList | undefined;

function isPrinting(): boolean {
  paper ??= matchMedia("print");
  return begun || paper.matches;
}

/** React draws what follows from a store before the event is over, so the paper has it. */
function listen(told: () => void): () => void {
  paper ??= matchMedia("print");
  const turn = (now: boolean) => (): void => {
    begun = now;
    told();
  };
  const [begin, end] = [turn(true), turn(false)];
  addEventListener("beforeprint", begin);
  addEventListener("afterprint", end);
  paper.addEventListener("change", told);
  return () => {
    removeEventListener("beforeprint", begin);
    removeEventListener("afterprint", end);
    paper?.removeEventListener("change", told);
  };
}
