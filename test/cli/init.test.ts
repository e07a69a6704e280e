import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { rimp } from '../helpers/run-rimp.js';

mkdirSync('build', { recursive: true });
// below the package, so that projects find OpenTelemetry
const directory = mkdtempSync(join(process.cwd(), 'build', 'init-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ALL = [
  'rimp-telemetry',
  '@opentelemetry/api',
  '@opentelemetry/sdk-logs',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/resources',
  '@opentelemetry/exporter-logs-otlp-proto',
  '@opentelemetry/exporter-metrics-otlp-proto',
];

let projects = 0;

/** A project with this package.json and further files. */
function project(about: object, files: Readonly<Record<string, string>> = {}): string {
  const path = join(directory, `p${projects++}`);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), `${JSON.stringify(about, undefined, 4)}\n`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

/** A project that names all packages, and finds them: this one by a link. */
function complete(about: object, files: Readonly<Record<string, string>>): string {
  const path = project({ ...about, dependencies: Object.fromEntries(ALL.map((name) => [name, '*'])) }, files);
  mkdirSync(join(path, 'node_modules'));
  symlinkSync(process.cwd(), join(path, 'node_modules', 'rimp-telemetry'));
  return path;
}

/** A package manager that notes what it is asked for. */
function fakeManager(name: string, status: number): { readonly path: string; readonly asked: () => string } {
  const path = mkdtempSync(join(directory, 'bin-'));
  const note = join(path, 'asked');
  writeFileSync(join(path, name), `#!/bin/sh\nprintf '%s\\n' "$@" > '${note}'\nexit ${status}\n`);
  chmodSync(join(path, name), 0o755);
  return { path: `${path}:${process.env.PATH ?? ''}`, asked: () => readFileSync(note, 'utf8') };
}

describe('rimp init', () => {
  it('prints what a project needs and why, and changes nothing unless it is asked to', () => {
    const cwd = project({
      name: 'shop',
      type: 'module',
      scripts: { start: 'node app.js' },
      dependencies: { pino: '*' },
    });
    const before = readFileSync(join(cwd, 'package.json'), 'utf8');
    for (const args of [[], ['--dry-run']]) {
      const { stdout, status } = rimp(['init', ...args], { cwd });
      expect(status).toBe(1);
      expect(stdout).toContain('shop: npm, ES modules');
      expect(stdout).toMatch(/rimp-telemetry +collects/);
      expect(stdout).toContain('+ node --import ./telemetry.mjs app.js');
      expect(stdout).toContain('@opentelemetry/instrumentation-pino');
    }
    expect(readdirSync(cwd)).toEqual(['package.json']);
    expect(readFileSync(join(cwd, 'package.json'), 'utf8')).toBe(before);
  });

  it.each([
    ['module', 'telemetry.mjs', 'node --import ./telemetry.mjs app.js'],
    ['commonjs', 'telemetry.cjs', 'node --require ./telemetry.cjs app.js'],
  ])('writes what starts telemetry in a project of type %s, and can be run twice', (type, file, start) => {
    const app =
      type === 'module'
        ? "import { telemetry } from './telemetry.mjs'; telemetry.collector.collectEvent('app', 'started');"
        : "require('./telemetry.cjs').telemetry.collector.collectEvent('app', 'started');";
    const cwd = complete({ name: 'shop', type, scripts: { start: 'node app.js' } }, { 'app.js': app });
    expect(rimp(['init', '--yes'], { cwd })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`write      ${file}`),
    });
    const about = readFileSync(join(cwd, 'package.json'), 'utf8');
    expect((JSON.parse(about) as { scripts: { start: string } }).scripts.start).toBe(start);
    expect(about).toContain('\n    "scripts"');
    const [program = '', ...args] = start.split(' ');
    expect(spawnSync(program, args, { cwd, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(rimp(['query', 'telemetry.jsonl', '--template', '{service.name} {message}'], { cwd }).lines).toEqual([
      'shop started',
    ]);
    writeFileSync(join(cwd, file), '// mine now\n');
    expect(rimp(['init', '--yes'], { cwd })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('everything is there already'),
    });
    expect(readFileSync(join(cwd, file), 'utf8')).toBe('// mine now\n');
    expect(readFileSync(join(cwd, 'package.json'), 'utf8')).toBe(about);
  });

  it.each([
    ['pnpm', { 'pnpm-lock.yaml': '' }, {}, 'add'],
    ['yarn', {}, { packageManager: 'yarn@4.5.0' }, 'add'],
    ['npm', { 'package-lock.json': '{}' }, {}, 'install'],
  ])("installs with the project's own package manager: %s", (manager, files, about, verb) => {
    const cwd = project({ name: 'shop', ...about, dependencies: { '@opentelemetry/api': '*' } }, files);
    const { path, asked } = fakeManager(manager, 0);
    expect(rimp(['init', '--yes', '--no-otlp'], { cwd, env: { PATH: path } }).status).toBe(0);
    const [first, ...rest] = asked().trim().split('\n');
    expect(first).toBe(verb);
    expect(rest.map((spec) => spec.replace(/(?<!^)@.*/, ''))).toContain('rimp-telemetry');
    expect(rest.some((spec) => spec.includes('/api@') || spec.includes('exporter'))).toBe(false);
    expect(existsSync(join(cwd, 'telemetry.cjs'))).toBe(true);
  });

  it('installs an API that suits the SDK, and an SDK that this Node runs, if the latest API is there', () => {
    // where no SDK is found in a directory further up
    const cwd = mkdtempSync(join(tmpdir(), 'rimp-init-'));
    try {
      const api = join(cwd, 'node_modules', '@opentelemetry', 'api');
      mkdirSync(api, { recursive: true });
      writeFileSync(join(cwd, 'package.json'), '{"name":"shop","dependencies":{"@opentelemetry/api":"^1.10.0"}}');
      writeFileSync(join(api, 'package.json'), '{"name":"@opentelemetry/api","version":"1.10.0"}');
      const { path, asked } = fakeManager('npm', 0);
      expect(rimp(['init', '--yes'], { cwd, env: { PATH: path } }).status).toBe(0);
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      const runsThird = major > 22 || (major === 22 && minor >= 15);
      expect(asked().includes('@opentelemetry/api@~1.9.0\n')).toBe(!runsThird);
      expect(asked()).toContain(`@opentelemetry/sdk-logs@${runsThird ? '^3.0.0' : '^0.223.0'}\n`);
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });

  it('writes nothing if the packages could not be installed', () => {
    const cwd = project({ name: 'shop', scripts: { start: 'node app.js' } });
    const { path } = fakeManager('npm', 3);
    const { status, stderr } = rimp(['init', '--yes'], { cwd, env: { PATH: path } });
    expect([status, stderr]).toEqual([2, expect.stringContaining('ended with status 3: nothing else was done')]);
    expect(readdirSync(cwd)).toEqual(['package.json']);
  });

  it('leaves a project with NodeSDK its own set-up, and says which lines to add and where, until they are there', () => {
    const about = { name: 'shop', type: 'module', devDependencies: { '@opentelemetry/sdk-node': '*' } };
    const made = "import { NodeSDK } from '@opentelemetry/sdk-node';\nnew NodeSDK({}).start();\n";
    const cwd = complete(about, {});
    mkdirSync(join(cwd, 'src'));
    writeFileSync(join(cwd, 'src', 'tracing.js'), made);
    for (const args of [[], ['--yes'], ['--dry-run']]) {
      const { status, stdout } = rimp(['init', ...args], { cwd });
      expect([status, stdout]).toEqual([1, expect.stringContaining('by hand, in src/tracing.js:2:')]);
      expect(stdout).toContain('new NodeSDK({ ...nodeSdkOptions(collector), … });');
      expect(stdout).not.toContain('everything is there');
    }
    expect(readFileSync(join(cwd, 'src', 'tracing.js'), 'utf8')).toBe(made);
    writeFileSync(join(cwd, 'src', 'tracing.js'), made.replace('{}', '{ ...nodeSdkOptions(collector) }'));
    const { status, stdout } = rimp(['init'], { cwd });
    expect([status, stdout]).toEqual([0, expect.stringContaining('everything is there already')]);
  });

  it('says what is wrong with a directory that is no project', () => {
    expect(rimp(['init', '--project', directory])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('expected a package.json in'),
    });
  });
});
