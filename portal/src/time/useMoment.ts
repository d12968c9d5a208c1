import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useTenant } from "@/app/tenant";
import type { Day } from "./days";
import { momentOf, momentSearch, withMoment, type Asked } from "./moment";

/** The moment every figure on screen is of. It lives in the address. */
export interface Moment extends Asked {
  /** Today in the tenant's time zone. */
  readonly today: Day;
  /** The day asked about: `asOf`, else today. */
  readonly day: Day;
  /** The tenant's time zone, IANA name. */
  readonly timeZone: string;
  /** One looks at the past: an earlier day, or earlier knowledge. */
  readonly past: boolean;
  /** For `at(asOf:, knownAt:)`. */
  readonly variables: { readonly asOf: Day | null; readonly knownAt: string | null };
  /** Move; what is left out stays, null is now. */
  goTo(moment: Partial<Asked>): void;
  /** The address of a screen of this tenant at this moment, e.g. `link("worklist", { cause: "IDLE" })`. */
  link(screen: string, parameters?: Record<string, string | null | undefined>): string;
}

/** The moment, with the ways to move it and to carry it along. */
export function useMoment(): Moment {
  const [search, setSearch] = useSearchParams();
  const tenant = useTenant();
  return useMemo(() => {
    const { asOf: asked, knownAt } = momentOf(search);
    const { today } = tenant;
    const asOf = asked === today ? null : asked;
    return {
      asOf,
      knownAt,
      today,
      day: asOf ?? today,
      timeZone: tenant.timeZone,
      past: asOf !== null || knownAt !== null,
      variables: { asOf, knownAt },
      goTo: (moment) => setSearch((before) => withMoment(before, moment)),
      link: (screen, parameters) => `/t/${encodeURIComponent(tenant.id)}/${screen}${momentSearch(search, parameters)}`,
    };
  }, [search, setSearch, tenant]);
}
