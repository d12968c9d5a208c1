// axe-core inside a page. It is put there by the debugger, so the page's Content-Security-Policy stays as it is.
/* global document, axe -- inside page.evaluate */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds serious or critical: one line a place. The focus guards of Fluent's tabster are no content. */
export async function seriousFaults(page) {
  await page.evaluate(SOURCE);
  return page.evaluate(async () => {
    const { violations } = await axe.run(
      { include: [document.documentElement], exclude: ["[data-tabster-dummy]"] },
      { resultTypes: ["violations"] },
    );
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
  });
}
