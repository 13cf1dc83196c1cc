// Builds dist/: the script, the part of it that comes later, a style sheet and the page, under names that never change, each
// also compressed.
import zopfli from "@gfx/zopfli";
import { build } from "esbuild";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const later = ["own", "checks", "consent", "enrolled", "grants", "health", "once_more", "own_key", "passkey_list", "permissions", "rotations"];
const fileOf = (path) => path.slice(path.lastIndexOf("/") + 1).replace(/\.tsx?$/, "");

/** Modules of which `isElsewhere` says so are not built in: they are in another of our files, and taken from there. */
const elsewhere = (isElsewhere, file) => ({
    name: "elsewhere",
    setup: ({ onResolve }) =>
        onResolve({ filter: /./ }, ({ kind, path }) =>
            kind !== "entry-point" && isElsewhere(fileOf(path)) ? { path: `./${file}`, external: true } : undefined,
        ),
});

await rm(here("dist"), { recursive: true, force: true });
const usual = {
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
};
const inLater = (name) => later.includes(name);
await build({ ...usual, entryPoints: { app: here("src/main.tsx") }, plugins: [elsewhere(inLater, "own.js")] });
await build({
    ...usual,
    entryPoints: { own: here("src/own.ts") },
    plugins: [elsewhere((name) => !inLater(name), "app.js")],
});
await copyFile(here("src/index.html"), here("dist/index.html"));

for (const name of ["index.html", "assets/app.js", "assets/own.js", "assets/app.css"]) {
    const bytes = await readFile(here(`dist/${name}`));
    await writeFile(here(`dist/${name}.gz`), await zopfli.gzipAsync(bytes, { numiterations: 15 }));
    const size = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    await writeFile(here(`dist/${name}.br`), brotliCompressSync(bytes, { params: size }));
}
