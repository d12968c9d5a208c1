/** What an address of the portal leads to: a customer's id and the word of a screen; null where it names none. */
export interface Place {
  readonly tenant: string | null;
  readonly screen: string | null;
}

export function placeOf(pathname: string): Place {
  const [, tenant, screen] = /^\/t\/([^/]+)(?:\/(\w+))?/.exec(pathname) ?? [];
  return { tenant: tenant === undefined ? null : decodeURIComponent(tenant), screen: screen ?? null };
}
