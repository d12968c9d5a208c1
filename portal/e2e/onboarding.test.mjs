// A customer is invited in the portal, consents at Microsoft's page, and the first data arrives before one's eyes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, eventually } from "./asking.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const SEEN = `query Seen { tenants(first: 200) { nodes {
  id name state organisation at { licenceSummary { held } users(first: 1) { nodes { id } } } } } }`;
const FIRST_DATA_MS = 120_000;

export default function register({ browser, demo }) {
  const open = async (who) => {
    const opened = await openPage(browser(), demo().portal);
    await signOn(opened.page, who, "/onboarding");
    await settled(opened.page);
    return opened;
  };
  const known = async (name) =>
    (await answerOf(demo(), SEEN, {}, "provider_admin")).tenants.nodes.filter((each) => each.name === name);
  const invite = async (page, name, email) => {
    await page.getByLabel("Customer's name").fill(name);
    await page.getByLabel("Their administrator's e-mail address").fill(email);
    await page.getByRole("button", { name: "Invite", exact: true }).click();
  };
  const card = (page, name) => page.getByRole("region", { name: `Invitation of ${name}` });
  const linkIn = async (page, name) => {
    const link = card(page, name).getByLabel("Consent link");
    await link.waitFor();
    return link.inputValue();
  };
  const step = (page, name, step, state) =>
    card(page, name).locator(`[data-step="${step}"][data-state="${state}"]`).waitFor({ timeout: FIRST_DATA_MS });

  test("a customer is invited, consents, and the first data is seen arriving", async () => {
    const founded = await fetch(`${demo().simulator}/_tenants`, {
      method: "POST",
      body: JSON.stringify({ users: 40, daysHistory: 3 }),
    });
    const organisation = await founded.json();
    const { context, page, faults } = await open("provider_admin");
    await invite(page, "Tailspin Toys", "admin@tailspin.example");
    const link = await linkIn(page, "Tailspin Toys");
    await card(page, "Tailspin Toys").getByText("No mail server is set").waitFor();
    await step(page, "Tailspin Toys", "CONSENTED", "NEXT");
    assert.ok(link.startsWith(`${demo().portal}consent/`));

    const elsewhere = await openPage(browser(), demo().portal);
    await elsewhere.page.goto(link);
    await elsewhere.page.getByLabel("Organisation").selectOption(organisation.id);
    await elsewhere.page.getByRole("button", { name: "Accept" }).click();
    await elsewhere.page.getByRole("heading", { name: `${organisation.name} is connected` }).waitFor();
    await elsewhere.context.close();

    for (const name of ["CONSENTED", "PERMITTED", "LICENCES", "SIGN_INS", "SUBSCRIBED", "CALLS"]) {
      await step(page, "Tailspin Toys", name, "DONE");
    }
    const held = async () => {
      const [customer] = await known("Tailspin Toys");
      return customer.at.licenceSummary.reduce((sum, each) => sum + each.held, 0);
    };
    await eventually(async () => {
      const figures = card(page, "Tailspin Toys").getByRole("region", { name: "First data of Tailspin Toys" });
      const shown = (await figures.innerText()).replaceAll(/\s+/g, " ");
      assert.ok((await held()) > 0);
      assert.match(shown, new RegExp(`Seats held ${await held()}\\b`));
      assert.match(shown, /Somebody in the directory yes/);
    });
    assert.equal((await known("Tailspin Toys"))[0].organisation, organisation.name);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("the new customer's own administrator signs on and sees their figures", async () => {
    const { context, page, faults } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_admin-2", "/");

    await page.getByText("Tailspin Toys").first().waitFor();
    await page.goto("/onboarding");
    await settled(page);
    await page.getByText("Only the provider's administrators invite customers.").waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("invited twice it is one customer; sent again, and taken back, its links lead nowhere", async () => {
    const { context, page, faults } = await open("provider_admin");
    await invite(page, "Wingtip", "admin@wingtip.example");
    const first = await linkIn(page, "Wingtip");
    await step(page, "Wingtip", "CONSENTED", "NEXT");
    await invite(page, "Wingtip", "admin@wingtip.example");
    await eventually(async () => assert.notEqual(await linkIn(page, "Wingtip"), first));
    const second = await linkIn(page, "Wingtip");
    assert.equal((await known("Wingtip")).length, 1);

    await page
      .getByRole("button", { name: /Wingtip/ })
      .first()
      .click();
    await page.getByRole("button", { name: "Send a new link" }).click();
    await eventually(async () => assert.notEqual(await linkIn(page, "Wingtip"), second));
    await page.getByRole("button", { name: "Take the invitation back" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take the invitation back" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await eventually(async () => assert.equal((await known("Wingtip"))[0].state, "OFFBOARDED"));
    for (const link of [first, second]) assert.equal((await fetch(link, { redirect: "manual" })).status, 404);
    await step(page, "Wingtip", "CONSENTED", "STUCK");
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("what cannot be invited is refused in words", async () => {
    const { context, page, faults } = await open("provider_admin");
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await page.getByText("A customer needs a name").waitFor();
    await page.getByText("This is no e-mail address").waitFor();
    await invite(page, "northwind", "other@northwind.example");
    await page.getByText("CUSTOMER_KNOWN").waitFor();
    assert.equal((await known("northwind")).length, 0);
    assert.deepEqual(faults, []);
    await context.close();
  });
}
