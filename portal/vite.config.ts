import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { codeAhead } from "./tools/code-ahead.ts";
import { devSession } from "./tools/dev-session.ts";

const api = process.env.SUA_DEV_API ?? "http://127.0.0.1:8000";
const token = process.env.SUA_DEV_TOKEN;
const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };

export default defineConfig(({ command }) => ({
  plugins: [
    react(),
    codeAhead("/src/main.tsx"),
    ...(command === "serve" && token !== undefined ? [devSession(token)] : []),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the Content-Security-Policy allows no data: address
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      treeshake: { moduleSideEffects: (id) => !id.includes("/src/gql/") }, // a screen takes its own documents alone
      output: {
        codeSplitting: {
          groups: [
            { name: "begin", tags: ["$initial"], priority: 2 }, // the page's first script with all it needs
            {
              name: "base",
              test: /node_modules\/(react|react-dom|react-router|scheduler|graphql|@?urql|wonka|i18next)\//,
              priority: 1.5,
            },
            { name: "first", test: /\/src\/(main|screens\/Overview\/Overview)\.tsx$/, priority: 1 }, // one file, not thirty
          ],
        },
      },
    },
  },
  server: {
    port: Number(process.env.SUA_DEV_PORT ?? 5173),
    strictPort: true,
    host: "127.0.0.1",
    proxy: {
      "/graphql": { target: api, ws: true, headers },
      "/exports": { target: api, headers },
      ...(token === undefined ? { "/auth": { target: api } } : {}),
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    testTimeout: 20_000, // a loaded machine draws slowly; nothing is waited for
  },
}));
