import { createContext, useContext } from "react";
import { fetchOnce } from "./ahead";

/** Who is signed on, as GET /auth/session tells it. Tokens never reach the browser. */
export interface Session {
  readonly name: string | null;
  /** App roles as Entra names them, e.g. Sua.Customer.Admin. */
  readonly roles: readonly string[];
  /** Entra directory of the person. */
  readonly directory: string | null;
  /** Goes back in the X-SUA-CSRF header of every request that counts. */
  readonly csrf: string;
  /** When the session ends whatever happens, UTC. */
  readonly expiresAt: string;
  /** It ends earlier after so many seconds without a request. */
  readonly idleSeconds: number;
  readonly audience: string;
}

/** There is no session. `code` is the server's reason, e.g. SESSION_EXPIRED. */
export class SignedOut extends Error {
  constructor(readonly code: string) {
    super(`signed out: ${code}`);
  }
}

/** Raises `SignedOut` where nobody is signed on, an Error where the server does not answer. */
export async function readSession(): Promise<Session> {
  const answer = await fetchOnce("/auth/session", {
    credentials: "same-origin",
    headers: { accept: "application/json" },
  });
  if (answer.ok) return (await answer.json()) as Session;
  if (answer.status === 401 || answer.status === 403) throw new SignedOut(await codeOf(answer));
  throw new Error(`/auth/session: ${answer.status}`);
}

async function codeOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => ({}))) as { code?: unknown };
  return typeof body.code === "string" ? body.code : "UNAUTHENTICATED";
}

/** Where sign-on begins; it ends at `back`, an address of this portal. */
export function signOnAddress(back: string): string {
  return `/auth/login?return=${encodeURIComponent(back)}`;
}

/** Leave the portal for the page that says why, and remember where to come back to. */
export function leaveTo(code: string): void {
  const here = location.pathname + location.search;
  if (location.pathname === "/signed-out") return;
  location.assign(`/signed-out?why=${encodeURIComponent(code)}&back=${encodeURIComponent(here)}`);
}

/** End the session on the server, then show that it ended. */
export async function signOut(csrf: string): Promise<void> {
  const answer = await fetch("/auth/logout", {
    method: "POST",
    credentials: "same-origin",
    headers: { "x-sua-csrf": csrf, accept: "application/json" },
  });
  const body = (await answer.json().catch(() => ({}))) as { to?: unknown };
  location.assign(typeof body.to === "string" ? body.to : "/signed-out?why=SIGNED_OUT");
}

export const SessionContext = createContext<Session | null>(null);

/** The session of this page. Only below the shell, where there is one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("no session here");
  return session;
}
