import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { dts } from 'rollup-plugin-dts';

/** What the package exports; the command line beside them is built as CommonJS alone. */
const ENTRIES = ['index', 'legacy', 'register', 'testing'];

const compiled = (names) => Object.fromEntries(names.map((name) => [name, `build/js/${name}.js`]));
const isExternal = (id) => !id.startsWith('.') && !id.startsWith('/');

/** Hands the source maps of the TypeScript compiler on, so that stacks and debuggers show the sources. */
const sourceMaps = {
  name: 'source-maps',
  load(id) {
    return { code: readFileSync(id, 'utf8'), map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) };
  },
};

const loadLate = (name, path) => `let ${name};\nconst ${name}$ = () => (${name} ??= require('${path}'));`;

/**
 * The CommonJS build loads what an `on-demand.ts` imports when it is asked for: preparing source that is never used takes
 * most of the time of an import. The ES modules are for bundlers, and import it as it stands.
 */
const onDemand = {
  name: 'on-demand',
  load(id) {
    if (basename(id) !== 'on-demand.js') return null;
    const code = readFileSync(id, 'utf8').replace(/^import \* as (\w+) from '(.+)';$/gm, (_line, name, path) => {
      if (isExternal(path)) return loadLate(name, path);
      const file = `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-on-demand.js`;
      this.emitFile({ type: 'chunk', id: resolve(dirname(id), path), fileName: `cjs/${file}` });
      return loadLate(name, `./${file}`);
    });
    return { code: code.replace(/^(export const \w+ = \(\)) => (\w+);$/gm, '$1 => $2$();'), map: { mappings: '' } };
  },
};

/**
 * What the library always loads is one file, as each further one costs a tenth of a millisecond, and another one for what
 * the command line needs of it before it knows the command.
 */
function coreChunk(id, { getModuleInfo }) {
  core ??= reachableFrom(resolve('build/js/index.js'), getModuleInfo);
  ofCommandLine ??= reachableFrom(resolve('build/js/cli/main.js'), getModuleInfo);
  if (!core.has(id)) return undefined;
  return ofCommandLine.has(id) ? 'base' : 'core';
}
let core;
let ofCommandLine;

function reachableFrom(id, getModuleInfo, found = new Set()) {
  if (found.has(id) || isExternal(id)) return found;
  found.add(id);
  for (const next of getModuleInfo(id)?.importedIds ?? []) reachableFrom(next, getModuleInfo, found);
  return found;
}

/**
 * Node gets one copy of the library in a process: its ES modules are the names of the CommonJS build. Bundlers take the
 * real ES modules, by the condition `module`.
 */
const namesForNode = {
  name: 'names-for-node',
  generateBundle(_options, bundle) {
    for (const { isEntry, name, exports } of Object.values(bundle)) {
      if (!isEntry || !ENTRIES.includes(name)) continue;
      const source = `export { ${exports.join(', ')} } from '../cjs/${name}.js';\n`;
      this.emitFile({ type: 'asset', fileName: `node/${name}.js`, source });
    }
    this.emitFile({ type: 'asset', fileName: 'cjs/package.json', source: '{ "type": "commonjs" }\n' });
  },
};

/** The declarations of both formats are the same, one file an entry beside what the entries share. */
const declarationsOf = (format) => ({
  input: Object.fromEntries(ENTRIES.map((name) => [name, `build/declarations/${name}.d.ts`])),
  external: isExternal,
  plugins: [dts()],
  output: {
    dir: `dist/${format}`,
    entryFileNames: '[name].d.ts',
    chunkFileNames: 'shared.d.ts',
    // \`await using\` works, and consumers whose \`lib\` ends before it compile
    banner: '/// <reference lib="esnext.disposable" />',
  },
});

const shared = {
  generatedCode: 'es2015',
  sourcemap: true,
  sourcemapExcludeSources: false,
  hoistTransitiveImports: false,
};

export default [
  {
    input: { ...compiled(ENTRIES), 'cli/main': 'build/js/cli/main.js' },
    external: isExternal,
    plugins: [onDemand, sourceMaps, namesForNode],
    output: {
      ...shared,
      dir: 'dist',
      format: 'cjs',
      entryFileNames: 'cjs/[name].js',
      chunkFileNames: 'cjs/[name].js',
      manualChunks: coreChunk,
      exports: 'named',
      interop: 'auto',
    },
  },
  {
    input: compiled(ENTRIES),
    external: isExternal,
    plugins: [sourceMaps],
    output: { ...shared, dir: 'dist/esm', format: 'es', chunkFileNames: '[name].js' },
  },
  declarationsOf('esm'),
  declarationsOf('cjs'),
];
