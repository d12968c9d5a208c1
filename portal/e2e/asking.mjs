// The API asked directly, for tests that compare a screen with it.

/** The answer to a question as somebody of the demo; raises where there are errors. */
export async function answerOf(demo, query, variables = {}, who = "customer_admin") {
  const answer = await fetch(demo.graphql, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${demo.tokens[who]}` },
    body: JSON.stringify({ query, variables: { tenant: demo.tenants[0], ...variables } }),
  });
  const { data, errors } = await answer.json();
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** An amount as the portal writes it in English. */
export function money({ amount, currency }) {
  return new Intl.NumberFormat("en-GB", { style: "currency", currency }).format(amount);
}

/** A number as the portal writes it in English. */
export function number(value) {
  return new Intl.NumberFormat("en-GB").format(value);
}

/** A table's rows as texts, by its name: one list of cells a row. */
export async function tableOf(page, name) {
  const table = page.getByRole("group", { name, exact: true }).locator("table");
  return table.evaluate((element) =>
    [...element.querySelectorAll("tbody tr, tfoot tr")].map((row) =>
      [...row.children]
        .filter((cell) => cell.checkVisibility() && cell.querySelector("input[type=checkbox]") === null)
        .map((cell) => cell.innerText.replaceAll(/\s+/g, " ").trim()),
    ),
  );
}

/** The day a test looks at besides today: so many civil days before the newest one the API answers about. */
export async function dayBefore(demo, days) {
  const { tenant } = await answerOf(demo, `query Today($tenant: ID!) { tenant(id: $tenant) { at { asOf } } }`);
  return new Date(Date.parse(`${tenant.at.asOf}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

/** Until what is asserted holds: a page asks again by itself after a change. Raises the last refusal after ten seconds. */
export async function eventually(asserted) {
  for (const until = Date.now() + 10_000; ;) {
    try {
      return await asserted();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
