// What a session is good for in a browser, and how it ends.
/* global document -- inside page.evaluate */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { ask, openPage, session, settled, signOn } from "./browsing.mjs";

const COOKIE = "sua_local";
const VIEWER = "{ viewer { roles } }";

export default function register({ browser, demo }) {
  test("no script can read the session", async () => {
    const { context, page } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_viewer");

    assert.equal(await page.evaluate(() => document.cookie), "");
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    assert.doesNotMatch(kept, /eyJ/);
    await context.close();
  });

  test("a request without the page's token is refused, with it answered", async () => {
    const { context, page } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_viewer");
    const { csrf } = await session(page);

    const without = await ask(page, VIEWER);
    const wrong = await ask(page, VIEWER, { "x-sua-csrf": "A".repeat(43) });
    const right = await ask(page, VIEWER, { "x-sua-csrf": csrf });

    assert.deepEqual([without.status, wrong.status, right.status], [403, 403, 200]);
    assert.equal(without.errors[0].extensions.code, "CSRF_REFUSED");
    await context.close();
  });

  test("a page of another site cannot use the session", async () => {
    const { context, page } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_viewer");
    const evil = await elsewhere();
    await page.goto(evil.address);
    const told = await page.evaluate(async (portal) => {
      const said = { credentials: "include", mode: "no-cors" };
      const read = await fetch(`${portal}auth/session`, said).then((answer) => answer.type, String);
      const written = await fetch(`${portal}auth/logout`, { ...said, method: "POST" }).then((a) => a.type, String);
      const heard = await new Promise((resolve) => {
        const socket = new WebSocket(`${portal.replace("http", "ws")}graphql`, "graphql-transport-ws");
        socket.onopen = () => resolve("open");
        socket.onerror = () => resolve("refused");
      });
      return { read, written, heard };
    }, demo().portal);
    evil.close();

    assert.match(told.read, /TypeError/);
    assert.match(told.written, /TypeError/);
    assert.equal(told.heard, "refused");
    await page.goto("/");
    assert.equal((await session(page)).status, 200);
    await context.close();
  });

  test("the portal cannot be framed", async () => {
    const { context, page } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_viewer");
    const evil = await elsewhere(`<iframe src="${demo().portal}"></iframe>`);
    await page.goto(evil.address);
    const frame = await (await page.waitForSelector("iframe")).contentFrame();
    evil.close();

    assert.equal(await frame.locator("#root").count(), 0);
    await context.close();
  });

  test("a session that is over leads to the page that says so, and back after signing on", async () => {
    const { context, page } = await openPage(browser(), demo().portal);
    const address = `/t/${encodeURIComponent(demo().tenants[0])}/overview`;
    await signOn(page, "customer_viewer", address);
    const [kept] = (await context.cookies()).filter(({ name }) => name === COOKIE);
    await context.addCookies([{ ...kept, value: "A".repeat(43) }]);
    await page.reload();
    await page.waitForURL("**/signed-out?why=SESSION_EXPIRED**");
    await page.getByRole("link").first().click();
    await page.locator('button[name="as"][value="customer_viewer"]').click();
    await page.waitForURL(`**${address}`);

    assert.equal((await session(page)).status, 200);
    await context.close();
  });

  test("signing out ends the session everywhere", async () => {
    const { context, page, faults } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_admin");
    const { csrf } = await session(page);
    const stolen = (await context.cookies()).find(({ name }) => name === COOKIE);
    const { to } = await page.evaluate(async (token) => {
      const answer = await fetch("/auth/logout", { method: "POST", headers: { "x-sua-csrf": token } });
      return answer.json();
    }, csrf);
    await page.goto(to);
    await page.waitForURL("**/signed-out**");
    await settled(page);

    assert.equal((await session(page)).code, "UNAUTHENTICATED");
    const thief = await openPage(browser(), demo().portal);
    await thief.context.addCookies([stolen]);
    await thief.page.goto("/portfolio");
    await thief.page.waitForURL("**/signed-out?why=SESSION_EXPIRED**");
    assert.deepEqual(faults, []);
    await Promise.all([context.close(), thief.context.close()]);
  });

  test("the way out is in the header of every page", async () => {
    const { context, page } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_admin");
    await page.getByRole("button", { name: /Ada Admin/ }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/signed-out**");

    assert.equal((await session(page)).code, "UNAUTHENTICATED");
    await context.close();
  });
}

/** A page at another site (127.0.0.1 is another than localhost). */
async function elsewhere(body = "") {
  const server = createServer((_, answer) => {
    answer.writeHead(200, { "content-type": "text/html" });
    answer.end(`<!doctype html><title>elsewhere</title>${body}`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
