import { describe, expect, it } from "vitest";

type Words = { [name: string]: string | Words };
const files = {
  ...import.meta.glob<Words>("./{en,de}.json", { eager: true, import: "default" }),
  ...import.meta.glob<Words>("../screens/*/{en,de}.json", { eager: true, import: "default" }),
};
const folders = [...new Set(Object.keys(files).map((file) => file.replace(/(en|de)\.json$/, "")))].sort();

/** Every text by its full name. */
function textsOf(words: Words | undefined, before = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(words ?? {})) {
    if (typeof value === "string") found.set(before + name, value);
    else for (const [inner, text] of textsOf(value, `${before}${name}.`)) found.set(inner, text);
  }
  return found;
}

const gapsOf = (text: string): string[] => [...text.matchAll(/{{\s*(\w+)/g)].map(([, name]) => name ?? "").sort();

describe.each(folders)("the words in %s", (folder) => {
  const english = textsOf(files[`${folder}en.json`]);
  const german = textsOf(files[`${folder}de.json`]);

  it("are there in both languages", () => {
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
    expect([...english, ...german].filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("have the same gaps to fill", () => {
    const other = [...english].filter(([name, text]) => {
      const said = german.get(name);
      return said !== undefined && !/_one$/.test(name) && `${gapsOf(said)}` !== `${gapsOf(text)}`;
    });
    expect(other).toEqual([]);
  });
});
