// Every screen there is, in one place: for tests that visit them all, and for the screenshots.

/** `who` sees it. `:tenant` becomes the tenant's id in the address; `:user` somebody's who is listed there. */
export const SCREENS = [
  { name: "overview", path: "/t/:tenant/overview", who: "customer_admin" },
  { name: "worklist", path: "/t/:tenant/worklist", who: "customer_admin" },
  { name: "skus", path: "/t/:tenant/skus", who: "customer_admin" },
  { name: "costs", path: "/t/:tenant/costs", who: "customer_admin" },
  { name: "people", path: "/t/:tenant/people", who: "customer_admin" },
  { name: "person", path: "/t/:tenant/people/:user", who: "customer_admin" },
  { name: "calls", path: "/t/:tenant/calls", who: "customer_admin" },
  { name: "history", path: "/t/:tenant/history", who: "auditor" },
  { name: "health", path: "/t/:tenant/health", who: "customer_admin" },
  { name: "settings", path: "/t/:tenant/settings", who: "customer_admin" },
  { name: "portfolio", path: "/portfolio", who: "provider_admin" },
  { name: "onboarding", path: "/onboarding", who: "provider_admin" },
  { name: "signed-out", path: "/signed-out?why=UNKNOWN_TENANT", who: null },
];

/** The address of a screen in a running demo. `user`: the id of a person. */
export function addressOf({ path }, { tenant, user }) {
  return path.replace(":tenant", encodeURIComponent(tenant)).replace(":user", encodeURIComponent(user));
}

/** What `somebody` asks. */
export const SOMEBODY = `query Somebody($tenant: ID!) {
  tenant(id: $tenant) { at { users(first: 1) { nodes { id } } } }
}`;

/** The id of a person of the demo's first tenant. */
export async function somebody(demo) {
  const answer = await fetch(demo.graphql, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${demo.tokens.customer_admin}` },
    body: JSON.stringify({ query: SOMEBODY, variables: { tenant: demo.tenants[0] } }),
  });
  const { data } = await answer.json();
  return data.tenant.at.users.nodes[0].id;
}
