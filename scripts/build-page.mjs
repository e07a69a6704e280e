// Builds the live view's page: esbuild bundles it, and its files become one module that the server's code loads.
// With --size it says how many bytes a browser loads.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src', 'view', 'page');
const LIMIT_BYTES = 150_000;

const { outputFiles } = await build({
  entryPoints: { app: join(source, 'main.tsx') },
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  target: ['chrome109', 'firefox115', 'safari16'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  outdir: join(root, 'build', 'page'),
  legalComments: 'none',
  logLevel: 'warning',
});

const files = {};
const add = (name, type, content, immutable) => {
  files[name] = { type, gzip: gzipSync(content, { level: 9 }).toString('base64'), immutable };
};
let html = readFileSync(join(source, 'index.html'), 'utf8');
const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };
for (const { path, contents } of outputFiles) {
  const extension = path.slice(path.lastIndexOf('.') + 1);
  const name = `app.${createHash('sha256').update(contents).digest('hex').slice(0, 12)}.${extension}`;
  add(name, TYPES[extension], contents, true);
  html = html.replace(`"app.${extension}"`, `"${name}"`);
}
add('icon.svg', 'image/svg+xml', readFileSync(join(source, 'icon.svg')), false);
add('index.html', 'text/html; charset=utf-8', html, false);

const bytes = Object.values(files).reduce((sum, { gzip }) => sum + Buffer.from(gzip, 'base64').length, 0);
if (bytes > LIMIT_BYTES) throw new Error(`the page is ${bytes} bytes gzipped, expected at most ${LIMIT_BYTES}`);
if (process.argv.includes('--size')) process.stdout.write(`${bytes} bytes gzipped\n`);
const text = JSON.stringify(files, undefined, 1);
mkdirSync(join(root, 'build', 'js', 'view'), { recursive: true });
writeFileSync(join(root, 'build', 'js', 'view', 'page-files.js'), `export const PAGE_FILES = ${text};\n`);
writeFileSync(
  join(root, 'build', 'js', 'view', 'page-files.js.map'),
  JSON.stringify({ version: 3, sources: [], names: [], mappings: '' }),
);
mkdirSync(join(root, 'build', 'page'), { recursive: true });
// for tests, which run from the sources
writeFileSync(join(root, 'build', 'page', 'page-files.cjs'), `exports.PAGE_FILES = ${text};\n`);
