import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { devSession } from "./tools/dev-session.ts";

const api = process.env.SUA_DEV_API ?? "http://127.0.0.1:8000";
const token = process.env.SUA_DEV_TOKEN;
const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };

export default defineConfig(({ command }) => ({
  plugins: [react(), ...(command === "serve" && token !== undefined ? [devSession(token)] : [])],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the Content-Security-Policy allows no data: address
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
    chunkSizeWarningLimit: 700,
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
