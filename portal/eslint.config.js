import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/gql"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  hooks.configs.flat["recommended-latest"],
  a11y.flatConfigs.strict,
  prettier,
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { globals: globals.browser },
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "max-lines": ["error", 300],
      "no-restricted-imports": [
        "error",
        {
          paths: [
            { name: "@fluentui/react-icons", message: "Take one icon: @fluentui/react-icons/svg/<name>." },
            { name: "echarts", message: "Take its parts from src/parts/echarts.ts." },
          ],
        },
      ],
    },
  },
  { files: ["tools/**", "*.config.*", "e2e/**"], languageOptions: { globals: globals.node } },
);
