// Types and trusted documents from the contract: ../app/graphql/schema.graphql and every src/**/*.graphql.
// Writes src/gql/graphql.ts (the types, and all documents by their names), a module for each document, so that a screen
// loads its own alone, src/gql/documents.json ({sha256: text}) and src/gql/hashes.ts (a constant a document).
// `--lenient` (development only) leaves out documents that do not fit the contract, and names them.
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { addTypenameSelectionDocumentTransform, preset } from "@graphql-codegen/client-preset";
import { codegen } from "@graphql-codegen/core";
import { stringifyDocument } from "@urql/core";
import { buildASTSchema, concatAST, parse, specifiedRules, validate } from "graphql";

const portal = dirname(dirname(fileURLToPath(import.meta.url)));
const contract = process.env.SUA_SCHEMA ?? join(portal, "..", "app", "graphql", "schema.graphql");
const output = join(portal, "src", "gql") + "/";
const lenient = process.argv.includes("--lenient");

const schema = parse(await readFile(contract, "utf8"));
const schemaAst = buildASTSchema(schema);
const documents = fitting(await read(join(portal, "src")));
const texts = new Map();
const common = {
  baseOutputDir: output,
  schema,
  schemaAst,
  documents,
  plugins: [],
  pluginMap: {},
  documentTransforms: [{ transformObject: addTypenameSelectionDocumentTransform, config: {} }],
  config: {
    enumsAsTypes: true,
    useTypeImports: true,
    scalars: { Date: "string", DateTime: "string", Position: "string", Seconds: "number", JSON: "unknown" },
    strictScalars: true,
    skipTypename: false,
  },
  presetConfig: {
    fragmentMasking: false,
    onExecutableDocumentNode: (document) => {
      const text = stringifyDocument(document); // as urql sends it where the server does not know the hash
      const hash = createHash("sha256").update(text).digest("hex");
      texts.set(hash, text);
      return { hash };
    },
  },
};

await mkdir(output, { recursive: true });
const section = (await preset.buildGeneratesSection(common)).find((made) => made.filename.endsWith("graphql.ts"));
const types = await codegen({ ...section, schemaAst });
await keep(section.filename, (await asTexts(types)).replaceAll("__typename: '", "__typename?: '")); // tests need not write them
await keep(join(output, "documents.json"), JSON.stringify(Object.fromEntries([...texts].sort()), null, 2) + "\n");
const named = [...texts].map(([hash, text]) => [/^(?:query|mutation|subscription) (\w+)/.exec(text)[1], hash]).sort();
await keep(join(output, "hashes.ts"), named.map(([name, hash]) => `export const ${name}Hash = "${hash}";\n`).join(""));
console.log(`${texts.size} documents of ${documents.length} files`);

/** The generated module with its documents as texts, a fifth of the size of parsed ones, each in a module of its own. */
async function asTexts(module) {
  const document = /^export const (\w+Document) = (\{.*\}) as unknown as DocumentNode<(\w+), *(\w+)>;$/gm;
  const fragment = /^export const \w+FragmentDoc = .*$/gm; // every document holds the fragments it needs
  for (const [, name, parsed, data, variables] of module.matchAll(document)) {
    const { hash } = JSON.parse(parsed).__meta__;
    await keep(
      join(output, `${name}.ts`),
      `import { known } from "../api/document";\n` +
        `import type { ${data}, ${variables} } from "./graphql";\n` +
        `export const ${name} = /* @__PURE__ */ known<${data}, ${variables}>("${hash}", ${JSON.stringify(texts.get(hash))});\n`,
    );
  }
  return module
    .replace(fragment, "")
    .replace(document, (_, name) => `export { ${name} } from "./${name}";`)
    .replace(/^import type \{ TypedDocumentNode as DocumentNode \}.*$/m, "");
}

async function keep(file, text) {
  const before = await readFile(file, "utf8").catch(() => null);
  if (before !== text) await writeFile(file, text); // an untouched file does not wake the watchers
}

async function read(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".graphql"));
  return Promise.all(
    files.sort().map(async (name) => {
      const rawSDL = await readFile(join(folder, name), "utf8");
      return { location: join(folder, name), rawSDL };
    }),
  );
}

/** The files whose documents fit the contract. Others end the run, or, when lenient, are left out. */
function fitting(files) {
  const parsed = files.flatMap((file) => {
    try {
      return [{ ...file, document: parse(file.rawSDL) }];
    } catch (error) {
      return refuse(file, [error]);
    }
  });
  const rules = specifiedRules.filter((rule) => rule.name !== "NoUnusedFragmentsRule");
  return parsed.filter((file) => {
    const shared = parsed.filter((other) => other !== file).flatMap((other) => other.document.definitions);
    const fragments = shared.filter((definition) => definition.kind === "FragmentDefinition");
    const whole = concatAST([file.document, { kind: "Document", definitions: fragments }]);
    const errors = validate(schemaAst, whole, rules).filter((error) => isOf(error, file));
    return errors.length === 0 || refuse(file, errors).length > 0;
  });
}

function isOf(error, file) {
  return error.nodes === undefined || error.nodes.some((node) => node.loc?.source.body === file.rawSDL);
}

function refuse(file, errors) {
  for (const error of errors) console.error(`${relative(portal, file.location)}: ${error.message}`);
  if (!lenient) process.exit(1);
  return [];
}
