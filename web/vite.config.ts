import { defineConfig } from "vite";

export default defineConfig({
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
