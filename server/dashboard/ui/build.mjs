// Builds dist/: one script, one style sheet and the page, under names that never change, each also compressed.
import zopfli from "@gfx/zopfli";
import { build } from "esbuild";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

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

for (const name of ["index.html", "assets/app.js", "assets/app.css"]) {
    const bytes = await readFile(here(`dist/${name}`));
    await writeFile(here(`dist/${name}.gz`), await zopfli.gzipAsync(bytes, { numiterations: 15 }));
    const size = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    await writeFile(here(`dist/${name}.br`), brotliCompressSync(bytes, { params: size }));
}
