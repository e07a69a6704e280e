// Builds dist, unless it is newer than every source: TypeScript compiles, Rollup bundles.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
// written last: it says that the build is complete
const stamp = join(root, 'build', 'dist-is-complete');
const CONFIGURATION = [
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.declarations.json',
  'rollup.config.js',
  'scripts/build-page.mjs',
  'package.json',
];

const modified = (path) => statSync(path).mtimeMs;
const sources = readdirSync(join(root, 'src'), { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

function runTool(packageName, path, ...args) {
  const tool = join(dirname(require.resolve(`${packageName}/package.json`)), path);
  execFileSync(process.execPath, [tool, ...args], { cwd: root, stdio: 'inherit' });
}

const newest = Math.max(...[...sources, ...CONFIGURATION.map((name) => join(root, name))].map(modified));
if (!existsSync(join(root, 'dist')) || !existsSync(stamp) || modified(stamp) < newest) {
  if (process.stderr.isTTY) process.stderr.write('building dist, some seconds …\n');
  for (const made of ['dist', 'build/js', 'build/page', 'build/declarations'])
    rmSync(join(root, made), { recursive: true, force: true });
  runTool('typescript', 'bin/tsc', '-p', 'tsconfig.build.json');
  runTool('typescript', 'bin/tsc', '-p', 'tsconfig.declarations.json');
  execFileSync(process.execPath, [join(root, 'scripts', 'build-page.mjs')], { cwd: root, stdio: 'inherit' });
  runTool('rollup', 'dist/bin/rollup', '--config', '--silent');
  writeFileSync(stamp, '');
}
