import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const folder = new URL("./examples/distribution/", import.meta.url);

/** Puts the text that the page opens with into its static part: it can be read and edited before any script runs. */
const openingText: Plugin = {
  name: "opening-text",
  transformIndexHtml: {
    order: "pre",
    handler(html) {
      const { open } = JSON.parse(readFileSync(new URL("story.json", folder), "utf8")) as { open: string };
      const text = readFileSync(new URL(open, folder), "utf8").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
      return html.replace("%OPENING_FILE%", () => `/distribution/${open}`).replace("%OPENING_TEXT%", () => text);
    },
  },
};

/** Lets the browser fetch the WASM module and the worker's script with the page, not only when scripts have come that ask for them. */
const preloaded: Plugin = {
  name: "preloaded",
  transformIndexHtml: {
    order: "post",
    handler(_, { bundle }) {
      const link = (name: RegExp, attrs: Record<string, string | boolean>) => {
        const found = Object.keys(bundle ?? {}).filter((file) => name.test(file));
        return found.map((file) => ({ tag: "link", attrs: { ...attrs, href: `./${file}` }, injectTo: "head" as const }));
      };
      return [
        ...link(/(^|\/)drvlab_wasm_bg[^/]*\.wasm$/, { rel: "preload", as: "fetch", type: "application/wasm", crossorigin: true }),
        ...link(/(^|\/)worker-[^/]*\.js$/, { rel: "modulepreload" }),
      ];
    },
  },
};

export default defineConfig({
  plugins: [openingText, preloaded],
  // Relative addresses: the same build works at any path of a static host.
  base: "./",
  build: {
    target: "es2022",
    // A module preload polyfill would be a second script that nobody needs; all target browsers preload.
    modulePreload: { polyfill: false },
    // `data:` scripts and styles are outside the content security policy.
    assetsInlineLimit: 0,
  },
  worker: { format: "es" },
});
