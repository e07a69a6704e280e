// Builds dist/esm and dist/cjs, unless they are newer than every source.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** What is loaded when it is used, from a file of its own: reading code that nobody runs costs time, too. */
const ON_DEMAND =
  /^\.\/(?:cli|receiver|testing|ship|legacy|otlp\/decode)\/|^\.\/(?:testing|legacy|otlp\/encode\/items)\.js$/;
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
  // the declarations are the same for both formats
  cpSync(join(root, 'dist', 'esm'), join(root, 'dist', 'cjs'), { recursive: true });
  bundle(join(root, 'dist', 'cjs'));
  // ES modules are names of the one CommonJS build: one copy in a process
  for (const entry of ENTRIES) {
    const names = namesOf(entry);
    const cjs = `const entry = require('./all.js')('./${entry}.js');\n${names.map((name) => `exports.${name} = entry.${name};\n`).join('')}`;
    writeFileSync(join(root, 'dist', 'cjs', `${entry}.js`), cjs);
    writeFileSync(
      join(root, 'dist', 'esm', `${entry}.js`),
      `export { ${names.join(', ')} } from '../cjs/${entry}.js';\n`,
    );
  }
}

/** Puts all modules into one file, of which each runs when it is asked for: finding dozens of files costs more than running them. */
function bundle(folder) {
  const modules = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const bodies = { all: [], rest: [] };
  for (const file of modules) {
    const id = `./${relative(folder, file)}`;
    const code = readFileSync(file, 'utf8')
      .replace(/^#!.*\n/, '')
      .replace(
        /require\("(node:(?:zlib|http|https|crypto|os|worker_threads|stream|stream\/promises|fs\/promises)|@bufbuild\/protobuf\/wire)"\)/g,
        'later("$1")',
      )
      .replace(/require\(["'](\.[^"']+)["']\)/g, (_all, path) => `load("./${posix.join(posix.dirname(id), path)}")`);
    // what is loaded later shows no list of its names
    if (/__import(?:Star|Default)\(later\(/.test(code)) throw new Error(`${id}: import the names, not the module`);
    bodies[ON_DEMAND.test(id) ? 'rest' : 'all'].push(`${JSON.stringify(id)}(exports, load) {\n${code}}`);
  }
  for (const file of modules) rmSync(file);
  // what Node takes a millisecond or two to load is loaded when it is first used; sources name what they import of it
  const loader = `const loaded = {};
function later(name) {
  return new Proxy({}, { get: (_target, key) => require(name)[key] });
}
function load(id) {
  if (modules[id] === undefined) Object.assign(modules, require('./rest.js')(later));
  if (loaded[id] === undefined) modules[id]((loaded[id] = {}), load);
  return loaded[id];
}
module.exports = load;
`;
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(join(folder, 'all.js'), `const modules = {\n${bodies.all.join(',\n')},\n};\n${loader}`);
  writeFileSync(join(folder, 'rest.js'), `module.exports = (later) => ({\n${bodies.rest.join(',\n')},\n});\n`);
  writeFileSync(join(folder, 'cli', 'main.js'), "#!/usr/bin/env node\nrequire('../all.js')('./cli/main.js');\n");
}

function namesOf(entry) {
  // register acts when it is loaded
  if (entry === 'register') return ['telemetry'];
  return Object.keys(createRequire(import.meta.url)(join(root, 'dist', 'cjs', 'all.js'))(`./${entry}.js`));
}
