import { useParameter } from "@/parts/useParameter";
import { useMoment } from "@/time/useMoment";
import { monthAsked, type Month } from "./months";

/** The month on screen, from the address; by default the month of the moment. */
export function useMonth(): [Month, (month: Month) => void] {
  const moment = useMoment();
  const [text, setText] = useParameter("month");
  return [monthAsked(text === "" ? null : text, moment.day), setText];
}
