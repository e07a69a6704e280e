import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CORE_PROGRAM } from '../helpers/core-program.js';
import { freshApp, freshDirectory, removeDirectories, run } from '../helpers/fresh-app.js';
import { LATEST_2, packagesOf } from '../helpers/generations.js';
import { closeSinks, jsonRecords, otlpSink } from '../helpers/otlp-sink.js';

const WITH_OTLP = `
import * as logsExporter from '@opentelemetry/exporter-logs-otlp-http';
import * as metricsExporter from '@opentelemetry/exporter-metrics-otlp-http';
import * as resources from '@opentelemetry/resources';
import * as sdkLogs from '@opentelemetry/sdk-logs';
import * as sdkMetrics from '@opentelemetry/sdk-metrics';
import { startTelemetry } from 'rimp-telemetry';

async function main() {
const telemetry = startTelemetry({
  config: { storageBackend: 'file', storagePath: 'telemetry.jsonl' },
  otlp: { protocol: 'http/json' },
  modules: { logsExporter, metricsExporter, resources, sdkLogs, sdkMetrics },
});
telemetry.collector.collectEvent('app', 'bundled');
await telemetry.shutdown();
console.log('done');
}
main();
`;
/** SDK 2.x is CommonJS that requires built-in modules, for which ES modules made by esbuild need a `require`. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const esbuild = (options: object): string => `import { build } from 'esbuild';
const banner = entry === 'otlp.mjs' && ${JSON.stringify(options)}.format === 'esm' ? { js: ${JSON.stringify(BANNER)} } : {};
await build({ entryPoints: [entry], bundle: true, platform: 'node', logLevel: 'error', outdir: out, banner, ...${JSON.stringify(options)} });`;
/** Each bundles `entry` into `out`, run in the application's directory. */
const BUNDLERS = {
  'esbuild as an ES module': esbuild({ format: 'esm', entryNames: 'app', outExtension: { '.js': '.mjs' } }),
  'esbuild as a minified ES module': esbuild({
    format: 'esm',
    minify: true,
    entryNames: 'app',
    outExtension: { '.js': '.mjs' },
  }),
  'esbuild as CommonJS': esbuild({ format: 'cjs', entryNames: 'app', outExtension: { '.js': '.cjs' } }),
  webpack: `import webpack from 'webpack';
await new Promise((resolve, reject) => webpack({ entry: './' + entry, target: 'node20', mode: 'production', experiments: { outputModule: true },
  output: { path: out, filename: 'app.mjs', module: true, chunkFormat: 'module' } },
  (error, stats) => error || stats.hasErrors() ? reject(error ?? new Error(stats.toString())) : resolve()));`,
  rollup: `import { rollup } from 'rollup';
import resolve from '@rollup/plugin-node-resolve';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
const bundle = await rollup({ input: entry, plugins: [resolve({ preferBuiltins: true }), commonjs(), json()], onwarn() {} });
await bundle.write({ dir: out, format: 'es', entryFileNames: 'app.mjs' });`,
};

let app: string;
beforeAll(async () => {
  app = await freshApp({
    ...packagesOf(LATEST_2),
    esbuild: '*',
    webpack: '5',
    rollup: '4',
    '@rollup/plugin-node-resolve': '*',
    '@rollup/plugin-commonjs': '*',
    '@rollup/plugin-json': '*',
  });
  writeFileSync(join(app, 'core.mjs'), CORE_PROGRAM);
  writeFileSync(join(app, 'otlp.mjs'), WITH_OTLP);
}, 300_000);
afterAll(async () => {
  removeDirectories();
  await closeSinks();
});

/** Bundles into an empty directory from which no package can be found; gives that directory. */
async function bundle(name: keyof typeof BUNDLERS, entry: string): Promise<string> {
  const out = join(freshDirectory(), 'out');
  mkdirSync(out);
  const script = join(app, `bundle-${entry}`);
  const constants = `const entry = ${JSON.stringify(entry)}; const out = ${JSON.stringify(out)};\n`;
  writeFileSync(script, `${BUNDLERS[name]}`.replace(/^(?!import)/m, constants));
  const { status, stdout, stderr } = await run(process.execPath, [script], { cwd: app });
  expect({ status, stdout, stderr: stderr.slice(0, 2_000) }).toEqual({ status: 0, stdout: '', stderr: '' });
  return out;
}

async function runBundle(out: string, env: Record<string, string> = {}): Promise<string[]> {
  const file = readdirSync(out).find((found) => found.startsWith('app.')) as string;
  const { status, stdout, stderr } = await run(process.execPath, [file], { cwd: out, env });
  expect({ status, stdout, stderr: stderr.slice(-2_000) }).toEqual({ status: 0, stdout: 'done\n', stderr: '' });
  const lines = readFileSync(join(out, 'telemetry.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { data: { message: string } }).data.message);
}

describe.each(Object.keys(BUNDLERS) as (keyof typeof BUNDLERS)[])('an application bundled by %s', (name) => {
  it('collects, receives and stores', async () => {
    expect(await runBundle(await bundle(name, 'core.mjs'))).toEqual(['collected', 'received']);
  }, 120_000);

  it('exports over OTLP with the modules that it hands in', async () => {
    const sink = await otlpSink();
    const out = await bundle(name, 'otlp.mjs');
    expect(await runBundle(out, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url })).toEqual(['bundled']);
    expect(jsonRecords(sink.requests).map(({ record }) => record.body)).toEqual([{ stringValue: 'bundled' }]);
  }, 120_000);
});
