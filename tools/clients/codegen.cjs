// Where from and where to: generate.py says it by the environment.
const { SUA_SCHEMA, SUA_DOCUMENTS, SUA_TYPES } = process.env;

module.exports = {
  schema: SUA_SCHEMA,
  documents: SUA_DOCUMENTS,
  generates: {
    [SUA_TYPES]: {
      plugins: ["typescript", "typescript-operations"],
      config: {
        strictScalars: true,
        scalars: { Date: "string", DateTime: "string", JSON: "unknown", Position: "string", Seconds: "number" },
      },
    },
  },
};
