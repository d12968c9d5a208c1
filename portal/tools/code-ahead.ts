import type { Plugin } from "vite";

/** The page itself names the code its first script imports last: it is on its way while that script asks for figures. */
export function codeAhead(module: string): Plugin {
  return {
    name: "sua-code-ahead",
    transformIndexHtml: {
      order: "post",
      handler(page, { bundle = {} }) {
        const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
        const files = new Set<string>();
        const gather = (file: string | undefined): void => {
          const chunk = chunks.find((each) => each.fileName === file);
          if (chunk === undefined || files.has(chunk.fileName) || page.includes(chunk.fileName)) return;
          files.add(chunk.fileName);
          chunk.imports.forEach(gather);
        };
        gather(chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(module))?.fileName);
        return [...files].map((file) => ({
          tag: "link",
          attrs: { rel: "modulepreload", crossorigin: true, href: `/${file}` },
          injectTo: "head" as const,
        }));
      },
    },
  };
}
