import { createContext, useContext } from "react";
import type { Role, TenantState } from "@/gql/graphql";

/** What the viewer may change at the customer on screen, as the API says. */
export type MayChange = Readonly<Record<"prices" | "policy" | "exemptions" | "decisions" | "callRetention", boolean>>;

/** The customer on screen. */
export interface ShownTenant {
  /** Global id, as the API takes it. */
  readonly id: string;
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
  /** ISO 4217 code. */
  readonly currency: string;
  readonly state: TenantState;
  /** The day it is there, as the API says: its clock counts, not the browser's. */
  readonly today: string;
  readonly mayChange: MayChange;
}

export const TenantContext = createContext<ShownTenant | null>(null);

/** The customer on screen; only below /t/:tenant. */
export function useTenant(): ShownTenant {
  const tenant = useContext(TenantContext);
  if (tenant === null) throw new Error("no tenant on this screen");
  return tenant;
}

/** Who looks, as the API knows them. */
export interface Viewer {
  readonly name: string | null;
  readonly roles: readonly Role[];
  /** Whether they may invite customers, as the API says. */
  readonly mayInvite: boolean;
  readonly tenants: readonly { readonly id: string; readonly name: string; readonly state: TenantState }[];
}

export const ViewerContext = createContext<Viewer | null>(null);

/** Who looks; below the shell. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (viewer === null) throw new Error("no viewer on this screen");
  return viewer;
}

/** What the viewer is offered by role; the API decides anyway, this only hides what it would refuse. */
export function rightsOf(roles: readonly Role[]): {
  /** Choose by what was known at an instant, and see the log's evidence. */
  readonly audit: boolean;
  /** See names, not pseudonyms. */
  readonly persons: boolean;
  /** More customers than one. */
  readonly portfolio: boolean;
} {
  const any = (...wanted: Role[]): boolean => wanted.some((role) => roles.includes(role));
  return {
    audit: any("AUDITOR", "CUSTOMER_ADMIN", "PROVIDER_ADMIN"),
    persons: any("SEE_PERSONS"),
    portfolio: any("PROVIDER_ADMIN", "PROVIDER_OPERATOR", "RESELLER"),
  };
}

/** The viewer's rights. */
export function useRights(): ReturnType<typeof rightsOf> {
  return rightsOf(useViewer().roles);
}
