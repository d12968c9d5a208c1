// People and one person's page say what the API says, at two dates, with names only for those who may see them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, dayBefore, eventually, tableOf } from "./asking.mjs";
import { downloaded, openPage, settled, signOn } from "./browsing.mjs";

const PEOPLE = `query People($tenant: ID!, $asOf: Date, $filter: UserFilter) {
  tenant(id: $tenant) {
    at(asOf: $asOf) { users(first: 50, filter: $filter) { nodes { userId name department holdings { sku { skuId name } } } } }
  }
}`;
const IDLE = `query Idle($tenant: ID!, $asOf: Date) {
  tenant(id: $tenant) { at(asOf: $asOf) { idleLicences(first: 50) { nodes { userName sku { name } verdict } } } }
}`;
const PERSON = `query Person($tenant: ID!, $asOf: Date, $user: ID!) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      user(id: $user) { name userPrincipalName holdings { heldSince viaGroup sku { name } } }
      findings(user: $user) { nodes { cause sku { name } quietDays } }
    }
  }
}`;
const VERDICTS = { IDLE: "Idle", NEVER_USED: "Never used" };

export default function register({ browser, demo }) {
  const address = (screen, more = "") => `/t/${encodeURIComponent(demo().tenants[0])}/${screen}${more}`;
  const open = async (who, to) => {
    const opened = await openPage(browser(), demo().portal);
    await signOn(opened.page, who, to);
    return opened;
  };

  for (const who of ["customer_admin", "customer_viewer"]) {
    test(`people are those of the API as ${who} is told of them, today and a month ago`, async () => {
      const { context, page, faults } = await open(who, address("people"));
      for (const asOf of [await dayBefore(demo(), 0), await dayBefore(demo(), 30)]) {
        await page.goto(address("people", `?asOf=${asOf}&kind=PERSON`));
        await settled(page);
        const filter = { kind: "PERSON" };
        const { users } = (await answerOf(demo(), PEOPLE, { asOf, filter }, who)).tenant.at;
        const shown = await tableOf(page, "People, page by page");

        assert.ok(users.nodes.length > 20);
        assert.deepEqual(
          shown.map(([name, department]) => [name, department]),
          users.nodes.map(({ name, department }) => [name ?? "Name not known", department ?? "unknown"]),
        );
        users.nodes.forEach(({ holdings }, nth) => {
          const names = [...new Set(holdings.map(({ sku }) => sku.name))];
          assert.ok(names.length === 0 ? shown[nth][5] === "none" : shown[nth][5].startsWith(names[0]));
        });
      }
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  test("seats nobody uses are those of the API, today and a month ago", async () => {
    const { context, page, faults } = await open("customer_admin", address("people"));
    for (const asOf of [await dayBefore(demo(), 0), await dayBefore(demo(), 30)]) {
      await page.goto(address("people", `?asOf=${asOf}&show=idle`));
      await settled(page);
      const { idleLicences } = (await answerOf(demo(), IDLE, { asOf })).tenant.at;
      const shown = await tableOf(page, "People, page by page");

      assert.deepEqual(
        shown.map((cells) => [cells[0], cells[3]]),
        idleLicences.nodes.map(({ userName, sku }) => [userName, sku.name]),
      );
      idleLicences.nodes.forEach(({ verdict }, nth) => assert.ok(shown[nth][6].startsWith(VERDICTS[verdict])));
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("one person's licences and findings are those of the API, today and a month ago", async () => {
    const { context, page, faults } = await open("customer_admin", address("people"));
    const today = await dayBefore(demo(), 0);
    const { users } = (await answerOf(demo(), PEOPLE, { asOf: today, filter: { kind: "PERSON" } })).tenant.at;
    const { userId } = users.nodes.find(({ holdings }) => holdings.length > 1);
    for (const asOf of [today, await dayBefore(demo(), 30)]) {
      await page.goto(address(`people/${encodeURIComponent(userId)}`, `?asOf=${asOf}`));
      await settled(page);
      const { user, findings } = (await answerOf(demo(), PERSON, { asOf, user: userId })).tenant.at;
      const held = await tableOf(page, "Licences: Table");

      assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), user.name);
      assert.equal(await page.getByText(user.userPrincipalName, { exact: true }).count(), 1);
      assert.deepEqual(
        held.map((cells) => [cells[0], cells[2]]),
        user.holdings.map(({ sku, viaGroup }) => [
          sku.name,
          viaGroup === null ? "Directly" : `By group ${viaGroup.slice(0, 8)}…`,
        ]),
      );
      const sentences = page.locator("[data-sentence]");
      assert.equal(await sentences.count(), findings.nodes.length);
      for (const [nth, { cause, sku }] of findings.nodes.entries()) {
        const sentence = sentences.nth(nth);
        assert.equal(await sentence.getAttribute("data-sentence"), cause);
        const said = await sentence.innerText();
        assert.ok(said.includes(user.name) && said.includes(sku.name), said);
      }
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("why a seat is a finding is said in the reader's language", async () => {
    const idle = `query Idle($tenant: ID!) {
      tenant(id: $tenant) { at { findings(causes: [IDLE], tiers: [LIKELY], orderBy: QUIET_SINCE, descending: true) {
        nodes { userId userName quietDays remarks sku { name } text } } } }
    }`;
    const { nodes } = (await answerOf(demo(), idle)).tenant.at.findings;
    const seat = nodes.find(({ remarks, quietDays }) => quietDays !== null && !remarks.includes("BACKGROUND_ONLY"));
    const opened = await openPage(browser(), demo().portal, { locale: "de-DE" });
    const { context, page, faults } = opened;
    await signOn(page, "customer_admin", address(`people/${encodeURIComponent(seat.userId)}`));
    await settled(page);
    const said = (await page.locator("[data-sentence=IDLE]").allInnerTexts()).join("\n");

    assert.ok(said.includes(`${seat.userName} war zuletzt am `), said);
    assert.ok(said.includes(`vor ${seat.quietDays} Tagen, und belegt ${seat.sku.name}.`), said);
    assert.ok(!said.includes(seat.text));
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("people are narrowed and put in order by the server", async () => {
    const { context, page, faults } = await open("customer_admin", address("people"));
    const ordered = `query Ordered($tenant: ID!, $filter: UserFilter, $by: UserOrder!, $down: Boolean!) {
      tenant(id: $tenant) { at {
        users(first: 50, filter: $filter, orderBy: $by, descending: $down) { nodes { name department } }
        userGroups(groupBy: DEPARTMENT) { key users }
        skus { skuId name }
      } }
    }`;
    const given = { by: "DEPARTMENT", down: true, filter: { activity: ["QUIET", "NEVER"] } };
    const { users, userGroups } = (await answerOf(demo(), ordered, given)).tenant.at;
    await page.goto(address("people", "?activity=QUIET,NEVER&sort=DEPARTMENT-asc"));
    await settled(page);
    const list = page.getByRole("group", { name: "People, page by page" });
    await list.getByRole("columnheader").getByRole("button", { name: "Department" }).click();

    assert.ok(users.nodes.length > 0);
    await eventually(async () => {
      const shown = await tableOf(page, "People, page by page");
      assert.deepEqual(
        shown.map(([name, department]) => [name, department]),
        users.nodes.map(({ name, department }) => [name ?? "Name not known", department ?? "unknown"]),
      );
    });
    await page.getByRole("search").getByRole("combobox", { name: "Department" }).click();
    assert.deepEqual(
      (await page.getByRole("listbox").getByRole("option").allInnerTexts()).slice(1),
      userGroups.flatMap(({ key, users: count }) => (key === null ? [] : [`${key} (${count})`])),
    );
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await settled(page);
    assert.ok(!page.url().includes("activity="));
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("a file of people holds all that fit the filter, in the order on screen", async () => {
    const { context, page, faults } = await open("customer_admin", address("people"));
    const all = `query All($tenant: ID!, $after: String) {
      tenant(id: $tenant) { at {
        users(first: 200, after: $after, filter: {kind: PERSON}, orderBy: NAME, descending: true) { nodes { name } }
      } }
    }`;
    const { nodes } = (await answerOf(demo(), all)).tenant.at.users;
    await page.goto(address("people", "?kind=PERSON&sort=NAME-desc"));
    await settled(page);
    const { name, lines } = await downloaded(page, page.getByRole("button", { name: "Export CSV" }));

    assert.ok(nodes.length > 50, "more than a page on screen");
    assert.match(name, /^people-\d{4}-\d\d-\d\d\.csv$/);
    assert.deepEqual(
      lines.slice(1).map((line) => line.split(",")[0]),
      nodes.map((each) => each.name),
    );
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("a file of seats nobody uses holds those of the department on screen", async () => {
    const { context, page, faults } = await open("customer_admin", address("people"));
    const idle = `query Idle($tenant: ID!, $department: String) {
      tenant(id: $tenant) { at {
        idleLicences(first: 200, department: $department) { nodes { userName department sku { name } } }
      } }
    }`;
    const [{ department }] = (await answerOf(demo(), idle)).tenant.at.idleLicences.nodes;
    const { nodes } = (await answerOf(demo(), idle, { department })).tenant.at.idleLicences;
    await page.goto(address("people", `?show=idle&department=${encodeURIComponent(department)}`));
    await settled(page);
    const { lines } = await downloaded(page, page.getByRole("button", { name: "Export CSV" }));

    assert.ok(nodes.length > 0);
    assert.deepEqual(
      lines.slice(1).map((line) => line.split(",").slice(0, 2)),
      nodes.map((each) => [each.userName, each.department]),
    );
    assert.deepEqual(faults, []);
    await context.close();
  });
}
