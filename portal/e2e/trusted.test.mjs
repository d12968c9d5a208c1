// Where only registered documents run, the portal's own are all it needs, and no other runs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { addressOf, SCREENS } from "./addresses.mjs";
import { ask, openPage, session, settled, signOn } from "./browsing.mjs";
import { PORTAL_DIR, PYTHON, ROOT, startDemo } from "./demo.mjs";

/** What the demo itself asks before it is ready: its documents are registered beside the portal's. */
const OWN = `
import json
from app.ops.demo import money_questions, questions
found = [text for each in (questions, money_questions) for text in vars(each).values() if isinstance(text, str)]
print(json.dumps([text for text in found if "query " in text] + ["{ tenants(first: 100) { nodes { id } } }"]))
`;

export default function register({ browser }) {
  describe("where only registered documents run", () => {
    let demo, folder;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "sua-e2e-documents-"));
      const file = join(folder, "documents.json");
      const portal = JSON.parse(readFileSync(join(PORTAL_DIR, "documents.json"), "utf8"));
      const own = JSON.parse(execFileSync(PYTHON, ["-c", OWN], { cwd: ROOT, encoding: "utf8" }));
      const registered = Object.fromEntries(own.map((text) => [createHash("sha256").update(text).digest("hex"), text]));
      writeFileSync(file, JSON.stringify({ ...registered, ...portal }));
      demo = await startDemo({ users: 40, days: 31, alone: true, settings: { SUA_TRUSTED_DOCUMENTS: file } });
    });

    after(async () => {
      await demo?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    for (const who of new Set(SCREENS.map((screen) => screen.who).filter((each) => each !== null))) {
      test(`every screen of ${who} is there`, async () => {
        const { context, page, faults } = await openPage(browser(), demo.portal);
        const refused = [];
        page.on("response", async (answer) => {
          if (new URL(answer.url()).pathname !== "/graphql" || answer.request().method() !== "POST") return;
          const { errors = [] } = await answer.json().catch(() => ({}));
          refused.push(...errors.map(({ message }) => message));
        });
        const live = [];
        page.on("websocket", (socket) =>
          socket.on("framereceived", ({ payload }) => live.push(JSON.parse(payload).type)),
        );
        await signOn(page, who);
        const places = { tenant: demo.tenants[0], user: who === "customer_admin" ? await somebody(page, demo) : "" };
        for (const screen of SCREENS.filter((each) => each.who === who)) {
          await page.goto(addressOf(screen, places));
          await settled(page);

          assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, screen.name);
          assert.equal(await page.locator(".fui-MessageBar code").count(), 0, `${screen.name} shows an error`);
        }
        assert.deepEqual(refused, []);
        if (who === "customer_admin") assert.ok(live.includes("next"), "what is new is told live");
        assert.ok(!live.includes("error"));
        assert.deepEqual(faults, []);
        await context.close();
      });
    }

    test("a document that is not the portal's is refused", async () => {
      const { context, page } = await openPage(browser(), demo.portal);
      await signOn(page, "customer_admin");
      const { csrf } = await session(page);
      const answer = await ask(page, "query Mine { viewer { roles } }", { "x-sua-csrf": csrf });

      assert.equal(answer.data ?? null, null);
      assert.deepEqual(
        answer.errors.map(({ extensions }) => extensions.code),
        ["DOCUMENT_NOT_TRUSTED"],
      );
      await context.close();
    });
  });
}

/** Somebody who is listed: by the list's first link, since no other question may be asked here. */
async function somebody(page, { tenants }) {
  await page.goto(`/t/${encodeURIComponent(tenants[0])}/people`);
  await settled(page);
  const link = page.getByRole("group", { name: "People, page by page" }).getByRole("link").first();
  return decodeURIComponent(new URL(await link.getAttribute("href"), page.url()).pathname.split("/").at(-1));
}
