// Builds dist/: one script, one style sheet and the page, under names that never change.
import { build } from "esbuild";
import { copyFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await rm(here("dist"), { recursive: true, force: true });
await build({
    entryPoints: { app: here("src/main.tsx") },
    outdir: here("dist/assets"),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    jsx: "automatic",
    jsxImportSource: "preact",
    absWorkingDir: here("."),
    logLevel: "warning",
});
await copyFile(here("src/index.html"), here("dist/index.html"));
