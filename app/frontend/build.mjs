// Compile and fingerprint what the browser gets into app/static/build, with manifest.json.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "..", "..", "node_modules");
const out = join(here, "..", "static", "build");
const manifest = {};

function emit(name, content) {
  const body = Buffer.from(content);
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 10);
  const extension = extname(name);
  const hashed = `${basename(name, extension)}.${hash}${extension}`;
  writeFileSync(join(out, hashed), body);
  // A woff2 is compressed already.
  if (extension !== ".woff2") writeFileSync(join(out, `${hashed}.gz`), gzipSync(body, { level: 9 }));
  manifest[name] = hashed;
}

// First, so that a mistake in a style leaves the last good build in place.
const { css } = compile(join(here, "app.scss"), {
  loadPaths: [modules],
  quietDeps: true,
  style: "compressed",
});

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

for (const weight of [400, 600]) {
  for (const subset of ["latin", "vietnamese"]) {
    const file = `be-vietnam-pro-${subset}-${weight}-normal.woff2`;
    emit(file, readFileSync(join(modules, "@fontsource", "be-vietnam-pro", "files", file)));
  }
}
for (const file of ["mark.svg", "icons.svg", "app.js", "passkey.js", "captcha.js"]) emit(file, readFileSync(join(here, file)));
emit("htmx.min.js", readFileSync(join(modules, "htmx.org", "dist", "htmx.min.js")));
// The build without anything inline, its worker and its Vietnamese, each a file of its own.
const captcha = join(modules, "altcha", "dist");
for (const [name, file] of [
  ["altcha.min.js", "external/altcha.min.js"],
  ["altcha.css", "external/altcha.css"],
  ["altcha-pbkdf2.js", "workers/pbkdf2.js"],
  ["altcha-vi.js", "i18n/vi.js"],
]) emit(name, readFileSync(join(captcha, file)));

emit("app.css", css.replace(/url\("?([\w.-]+\.woff2)"?\)/g, (_, file) => `url(${manifest[file]})`));

writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
