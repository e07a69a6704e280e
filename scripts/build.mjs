// Builds dist/esm and dist/cjs, unless they are newer than every source.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ENTRIES = ['legacy', 'testing', 'register', 'index'];
// written last: it tells that the build is complete
const stamp = join(root, 'dist', 'esm', 'index.js');

function newest(folder) {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs),
  );
}

const sources = Math.max(
  newest(join(root, 'src')),
  ...['tsconfig.json', 'tsconfig.esm.json', 'tsconfig.cjs.json', 'package.json'].map(
    (name) => statSync(join(root, name)).mtimeMs,
  ),
);
if (!existsSync(stamp) || statSync(stamp).mtimeMs < sources) {
  const require = createRequire(import.meta.url);
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  for (const format of ['cjs', 'esm']) {
    execFileSync(process.execPath, [tsc, '-p', `tsconfig.${format}.json`], { cwd: root, stdio: 'inherit' });
  }
  writeFileSync(join(root, 'dist', 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
  // ES modules are names of the one CommonJS build: one copy in a process, and dozens of files less to resolve
  for (const entry of ENTRIES) {
    // register acts when it is loaded
    const names = entry === 'register' ? ['telemetry'] : Object.keys(require(join(root, 'dist', 'cjs', `${entry}.js`)));
    const file = join(root, 'dist', 'esm', `${entry}.js`);
    writeFileSync(file, `export { ${names.join(', ')} } from '../cjs/${entry}.js';\n`);
  }
}
