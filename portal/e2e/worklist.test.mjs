// The worklist says what the API says, at two dates; and what is done there is seen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, dayBefore, eventually, money, number, tableOf } from "./asking.mjs";
import { downloaded, openPage, settled, signOn } from "./browsing.mjs";

const TOTALS = `query Totals($tenant: ID!, $asOf: Date) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      findingTotals(groupBy: CAUSE) {
        exemptSeats
        total { seats people pricedSeats saving { total { amount currency } } }
        groups { seats people pricedSeats saving { total { amount currency } } }
      }
      findings(first: 50) { nodes { userId userName sku { skuId name } department saving { amount currency } } }
    }
  }
}`;
const EXEMPTIONS = `query Exemptions($tenant: ID!) {
  tenant(id: $tenant) { at { exemptions { nodes { userName sku { name } reason owner until } } } }
}`;
const DECISION = `query Decision($tenant: ID!, $user: ID!, $sku: ID!) {
  tenant(id: $tenant) { at { findings(user: $user, sku: $sku) { nodes { decision { decision note } } } } }
}`;

const ORDERED = `query Ordered($tenant: ID!, $by: FindingOrder!, $down: Boolean, $department: String) {
  tenant(id: $tenant) {
    at {
      findings(orderBy: $by, descending: $down, department: $department, first: 50) {
        nodes { userName department sku { name } }
      }
      findingTotals(groupBy: CAUSE, department: $department) {
        groups { seats people pricedSeats saving { total { amount currency } } }
        total { seats people pricedSeats saving { total { amount currency } } }
      }
      userGroups(groupBy: DEPARTMENT) { key users }
    }
  }
}`;

export default function register({ browser, demo }) {
  const address = (screen, more = "") => `/t/${encodeURIComponent(demo().tenants[0])}/${screen}${more}`;
  const open = async (who, to) => {
    const opened = await openPage(browser(), demo().portal);
    await signOn(opened.page, who, to);
    await settled(opened.page);
    return opened;
  };

  test("the worklist's sums and findings are those of the API, today and three weeks ago", async () => {
    const { context, page, faults } = await open("customer_admin", address("worklist"));
    for (const asOf of [await dayBefore(demo(), 0), await dayBefore(demo(), 21)]) {
      await page.goto(address("worklist", `?asOf=${asOf}`));
      await settled(page);
      const { findingTotals: totals, findings } = (await answerOf(demo(), TOTALS, { asOf })).tenant.at;

      const sums = (await tableOf(page, "Saving per month · Cause")).map(([, ...figures]) => figures);
      const list = (await tableOf(page, "Findings")).map(([person, product, department, , , , saving]) => [
        person,
        product,
        department,
        saving,
      ]);

      assert.ok(totals.groups.length > 0);
      assert.deepEqual(sums, [...totals.groups, totals.total].map(line));
      assert.deepEqual(
        list,
        findings.nodes.map((each) => [
          each.userName,
          each.sku.name,
          each.department ?? "Not told",
          each.saving === null ? "unknown" : money(each.saving),
        ]),
      );
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("a column's head puts the whole list in order, upwards and downwards", async () => {
    const { context, page, faults } = await open("customer_admin", address("worklist"));
    for (const [head, by, down] of [
      ["Person", "USER", false],
      ["Person", "USER", true],
      ["Department", "DEPARTMENT", false],
      ["Saving per month", "WORTH", true],
    ]) {
      const list = page.getByRole("group", { name: "Findings", exact: true });
      await list.getByRole("columnheader").getByRole("button", { name: head, exact: true }).click();
      await settled(page);
      const { nodes } = (await answerOf(demo(), ORDERED, { by, down })).tenant.at.findings;
      await eventually(async () => {
        const shown = (await tableOf(page, "Findings")).map(([person, product]) => [person, product]);
        assert.deepEqual(
          shown,
          nodes.map(({ userName, sku }) => [userName, sku.name]),
        );
      });
      const sort = await list.getByRole("columnheader", { name: head }).getAttribute("aria-sort");
      assert.equal(sort, down ? "descending" : "ascending");
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("departments to choose are the directory's, and rule the sums as well as the list", async () => {
    const { context, page, faults } = await open("customer_admin", address("worklist"));
    const { userGroups } = (await answerOf(demo(), ORDERED, { by: "WORTH" })).tenant.at;
    const told = userGroups.filter(({ key }) => key !== null).map(({ key, users }) => `${key} (${number(users)})`);
    await page.getByRole("search").getByRole("combobox", { name: "Department" }).click();
    const offered = await page.getByRole("listbox").getByRole("option").allInnerTexts();
    assert.deepEqual(offered.slice(1), told);
    await page.getByRole("option", { name: told[0] }).click();
    await settled(page);

    const [{ key: department }] = userGroups;
    const { findings, findingTotals } = (await answerOf(demo(), ORDERED, { by: "WORTH", department })).tenant.at;
    await eventually(async () => {
      const sums = (await tableOf(page, "Saving per month · Cause")).map(([, ...figures]) => figures);
      assert.deepEqual(sums, [...findingTotals.groups, findingTotals.total].map(line));
    });
    const list = (await tableOf(page, "Findings")).map(([person, , shown]) => [person, shown]);
    assert.deepEqual(
      list,
      findings.nodes.map((each) => [each.userName, department]),
    );
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("an exempt seat leaves the worklist, is listed in the settings, and comes back when it is lifted", async () => {
    const { context, page, faults } = await open("customer_admin", address("worklist"));
    const before = (await answerOf(demo(), TOTALS)).tenant.at;
    const [first] = before.findings.nodes;
    await page.getByRole("checkbox", { name: `Choose ${first.userName}, ${first.sku.name}` }).check();
    await page.getByRole("group", { name: "Actions on the selection" }).getByRole("button", { name: "Exempt" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Exempt" }).click();
    assert.equal(await dialog.getByText("Please fill this in.").count(), 2);
    await dialog.getByLabel("Reason").fill("Parental leave");
    await dialog.getByLabel("Who answers for it").fill("Hanna Roth");
    await dialog.getByLabel(/^Until/).fill("2027-12-31");
    await dialog.getByRole("button", { name: "Exempt" }).click();
    await page.locator("[data-outcome=over]").waitFor();
    await settled(page);

    const { nodes } = (await answerOf(demo(), EXEMPTIONS)).tenant.at.exemptions;
    const [made] = nodes.filter(({ reason }) => reason === "Parental leave");
    assert.deepEqual(made, {
      userName: first.userName,
      sku: { name: first.sku.name },
      reason: "Parental leave",
      owner: "Hanna Roth",
      until: "2027-12-31",
    });
    const after = (await answerOf(demo(), TOTALS)).tenant.at.findingTotals;
    assert.equal(after.total.seats, before.findingTotals.total.seats - 1);
    await eventually(async () => {
      const sums = await tableOf(page, "Saving per month · Cause");
      assert.deepEqual(sums.at(-1).slice(1), line(after.total));
    });

    await page.goto(address("settings", "?tab=exemptions"));
    await settled(page);
    const [row] = await tableOf(page, "Exemptions");
    assert.deepEqual(row.slice(0, 5), [first.userName, first.sku.name, "Parental leave", "Hanna Roth", "31 Dec 2027"]);
    await page.getByRole("button", { name: `Lift the exemption of ${first.userName}, ${first.sku.name}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Lift" }).click();
    await page.locator("[data-said=done]").waitFor();

    const lifted = (await answerOf(demo(), TOTALS)).tenant.at.findingTotals;
    assert.equal(lifted.total.seats, before.findingTotals.total.seats);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("an exemption is undone from where it was made", async () => {
    const { context, page } = await open("customer_admin", address("worklist"));
    const before = (await answerOf(demo(), TOTALS)).tenant.at;
    const [, second] = before.findings.nodes;
    await page.getByRole("button", { name: `Open the evidence: ${second.userName}, ${second.sku.name}` }).click();
    const panel = page.getByRole("dialog");
    await panel.getByText("How we know").waitFor();
    await panel.getByRole("button", { name: "Exempt" }).click();
    const dialog = page.getByRole("dialog", { name: "Exempt the seat" });
    await dialog.getByLabel("Reason").fill("Long illness");
    await dialog.getByLabel("Who answers for it").fill("Hanna Roth");
    await dialog.getByRole("button", { name: "Exempt" }).click();
    await page.locator("[data-outcome=over]").waitFor();
    assert.equal((await answerOf(demo(), TOTALS)).tenant.at.findingTotals.exemptSeats, 1);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The exemption of 1 seat is lifted.").waitFor();

    const after = (await answerOf(demo(), TOTALS)).tenant.at;
    assert.deepEqual(after.findingTotals, before.findingTotals);
    await context.close();
  });

  test("findings decided in bulk bear the decision", async () => {
    const { context, page } = await open("customer_admin", address("worklist"));
    const { nodes } = (await answerOf(demo(), TOTALS)).tenant.at.findings;
    const seats = nodes.slice(2, 5);
    for (const { userName, sku } of seats) {
      await page.getByRole("checkbox", { name: `Choose ${userName}, ${sku.name}` }).check();
    }
    await page.getByRole("group", { name: "Actions on the selection" }).getByRole("button", { name: "Accept" }).click();
    await page.getByRole("dialog").getByLabel("Note (optional)").fill("Agreed with the managers");
    await page.getByRole("dialog").getByRole("button", { name: "Accept" }).click();
    await page
      .locator("[data-outcome=over]")
      .getByText(/^3 (seats changed|were so already)$/)
      .waitFor();

    for (const { userId, sku } of seats) {
      const answer = await answerOf(demo(), DECISION, { user: userId, sku: sku.skuId });
      const [{ decision }] = answer.tenant.at.findings.nodes;
      assert.deepEqual(decision, { decision: "ACCEPTED", note: "Agreed with the managers" });
    }
    await context.close();
  });

  test("who may only look finds the reason and nothing to choose", async () => {
    const { context, page, faults } = await open("customer_viewer", address("worklist"));

    assert.equal(await page.getByRole("group", { name: "Findings" }).getByRole("checkbox").count(), 0);
    await page.getByText("You may look at this customer and change nothing.").first().waitFor();
    const accept = page.getByRole("button", { name: "Accept" });
    assert.equal(await accept.getAttribute("aria-disabled"), "true");
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("what is exported is what is on screen", async () => {
    const { context, page } = await open("customer_admin", address("worklist", "?cause=IDLE"));
    const asOf = await dayBefore(demo(), 0);
    const idle = `query Idle($tenant: ID!, $asOf: Date) {
      tenant(id: $tenant) { at(asOf: $asOf) { findings(causes: [IDLE], first: 200) { nodes { userName } } } }
    }`;
    const { nodes } = (await answerOf(demo(), idle, { asOf })).tenant.at.findings;
    await page.getByRole("button", { name: "Export findings" }).click();
    assert.equal(await page.getByRole("note").count(), 0);
    const { name, lines } = await downloaded(page, page.getByRole("menuitem", { name: "As CSV" }));

    assert.match(name, /findings.*\.csv$/);
    assert.equal(lines.filter((each) => nodes.some(({ userName }) => each.includes(userName))).length, nodes.length);
    await context.close();
  });

  test("where a file would hold more than the screen, or in another order, its menu says so", async () => {
    const { context, page } = await open(
      "customer_admin",
      address("worklist", "?cause=IDLE&country=DE&idleDays=60&sort=USER"),
    );
    await page.getByRole("button", { name: "Export findings" }).click();
    const told = await page.getByRole("note").innerText();

    assert.match(told, /cannot be narrowed by: Country, Idle after \(days\)\./);
    assert.match(told, /begins with the dearest/);
    await context.close();
  });

  test("sums of what was chosen before are busy until those of what is chosen are there", async () => {
    const { context, page } = await open("customer_admin", address("worklist"));
    const sums = page.locator("[aria-busy]", { has: page.getByRole("group", { name: "Saving per month · Cause" }) });
    assert.equal(await sums.getAttribute("aria-busy"), "false");
    let answer;
    const held = new Promise((resolve) => (answer = resolve));
    await page.route("**/graphql", async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole("button", { name: "Show only Idle" }).click();
    await page.waitForURL("**cause=IDLE**");
    await eventually(async () => assert.equal(await sums.getAttribute("aria-busy"), "true"));
    answer();
    await settled(page);

    assert.equal(await sums.getAttribute("aria-busy"), "false");
    assert.equal((await tableOf(page, "Saving per month · Cause")).length, 2);
    await context.close();
  });
}

function line({ seats, people, pricedSeats, saving }) {
  return [number(seats), number(people), money(saving.total), number(seats - pricedSeats)];
}
