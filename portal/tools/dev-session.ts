import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";

/** Development only: answers /auth as the portal's server would, for the person whose bearer token the proxy adds. */
export function devSession(token: string): Plugin {
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
    name?: string;
    roles?: string[];
    tid?: string;
    exp: number;
  };
  const session = {
    name: claims.name ?? null,
    roles: claims.roles ?? [],
    directory: claims.tid ?? null,
    csrf: "development",
    expiresAt: new Date(claims.exp * 1000).toISOString(),
    idleSeconds: 3600,
    audience: claims.roles?.some((role) => role.startsWith("Sua.Provider")) ? "provider" : "customer",
  };
  return {
    name: "sua-dev-session",
    configureServer(server) {
      server.middlewares.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
        if (request.url !== "/auth/session") return next();
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(session));
      });
    },
  };
}
