import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { rimpProgram } from '../helpers/cli.js';
import { bad, examine } from '../helpers/doctor.js';
import { run } from '../helpers/fresh-app.js';
import { closeSinks, otlpSink } from '../helpers/otlp-sink.js';

mkdirSync('build', { recursive: true });
const root = mkdtempSync(join(process.cwd(), 'build', 'doctor-'));
// what has stubs of packages is outside, where no others are found
const stubs = mkdtempSync(join(tmpdir(), 'rimp-doctor-'));
afterAll(() => {
  for (const directory of [root, stubs]) rmSync(directory, { recursive: true, force: true });
});
afterEach(closeSinks);

let projects = 0;

/** A project with these packages, each `name@version`, nested ones below `outer>`. */
function project(...packages: readonly string[]): string {
  const directory = join(stubs, String(projects++));
  mkdirSync(directory);
  for (const text of packages) {
    const path = text.split('>');
    const [, name = '', version = ''] = /^(.+)@(.+)$/.exec(path.at(-1) ?? '') ?? [];
    const place = join(
      directory,
      ...path.slice(0, -1).flatMap((outer) => ['node_modules', outer]),
      'node_modules',
      name,
    );
    mkdirSync(place, { recursive: true });
    const peerDependencies = name.includes('sdk-')
      ? { '@opentelemetry/api': version.startsWith('3') ? '^1.10.0' : '>=1.3.0 <1.10.0' }
      : {};
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version, peerDependencies }));
  }
  return directory;
}

describe('rimp doctor', () => {
  it('finds nothing wrong where nothing is', async () => {
    const report = await examine(
      project('@opentelemetry/api@1.9.1', '@opentelemetry/sdk-logs@0.223.0', '@opentelemetry/sdk-metrics@2.12.0'),
    );
    expect(bad(report)).toEqual([]);
    expect(report).toMatchObject({ ok: true, status: 0 });
    expect(report.findings.length).toBeGreaterThan(6);
  });

  it('finds versions that do not go together', async () => {
    const mixed = await examine(
      project(
        '@opentelemetry/api@1.9.1',
        '@opentelemetry/sdk-logs@3.1.0',
        '@opentelemetry/sdk-metrics@2.12.0',
        '@opentelemetry/resources@2.12.0',
      ),
    );
    const [generations, version] = bad(mixed).filter(({ id }) => id !== 'node');
    expect(mixed.status).toBe(1);
    expect(generations).toMatchObject({
      id: 'generations',
      fix: 'npm install @opentelemetry/sdk-logs@">=0.202.0 <0.300.0"',
    });
    expect(version).toMatchObject({
      id: 'api-version',
      level: 'error',
      fix: 'npm install @opentelemetry/api@"^1.10.0"',
    });
    const old = await examine(project('@opentelemetry/api@1.9.1', '@opentelemetry/sdk-logs@0.57.2'));
    expect(bad(old)).toEqual([expect.objectContaining({ id: 'too-old', level: 'error' })]);
    expect(bad(await examine(project()))).toEqual([
      expect.objectContaining({ id: 'api', fix: 'npm install @opentelemetry/api' }),
    ]);
  });

  it('finds copies, and both logs APIs', async () => {
    const copies = await examine(
      project(
        '@opentelemetry/api@1.9.1',
        'lib@1.0.0',
        'lib>@opentelemetry/api@1.4.0',
        'rimp-telemetry@0.1.0',
        'lib>rimp-telemetry@0.0.9',
      ),
    );
    expect(bad(copies)).toEqual([
      expect.objectContaining({ id: 'api-copies', level: 'warning', fix: 'npm dedupe' }),
      expect.objectContaining({ id: 'rimp-copies', level: 'warning', fix: 'npm dedupe' }),
    ]);
    expect(copies.status).toBe(0);
    const logs = await examine(project('@opentelemetry/api@1.10.0', '@opentelemetry/sdk-logs@0.223.0'));
    expect(bad(logs).map(({ id }) => id)).toEqual(['api-version', 'logs-apis']);
    const ours = await examine(
      project(
        '@opentelemetry/api@1.10.0',
        '@opentelemetry/api-logs@0.301.0',
        '@opentelemetry/sdk-logs@3.1.0',
        'rimp-telemetry@0.1.0',
      ),
    );
    expect(ours.findings.find(({ id }) => id === 'logs-apis')).toMatchObject({ level: 'ok' });
  });

  it('finds what the environment asks for in vain', async () => {
    const sink = await otlpSink();
    const directory = project(
      '@opentelemetry/api@1.9.1',
      '@opentelemetry/exporter-logs-otlp-proto@0.223.0',
      '@opentelemetry/exporter-metrics-otlp-proto@0.223.0',
    );
    const fine = await examine(directory, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b' },
    });
    expect(bad(fine)).toEqual([]);
    expect(sink.requests.map(({ path }) => path).sort()).toEqual(['/v1/logs', '/v1/metrics']);
    expect(sink.requests[0]?.headers['x-key']).toBe('a b');
    const refusing = await otlpSink(() => 401);
    const refused = await examine(directory, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: refusing.url } });
    expect(bad(refused)[0]).toMatchObject({
      id: 'endpoint-logs',
      level: 'error',
      fix: expect.stringContaining('OTEL_EXPORTER_OTLP_HEADERS'),
    });
    const nobody = await examine(directory, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    });
    expect(bad(nobody).map(({ id }) => id)).toEqual([
      'exporter-logs',
      'exporter-metrics',
      'endpoint-logs',
      'endpoint-metrics',
    ]);
    expect(bad(nobody)[2]?.what).toContain('ECONNREFUSED');
    expect(nobody.status).toBe(1);
  });

  it('knows which exports NodeSDK makes by itself, and which nobody asks for', async () => {
    const withNodeSdk = project('@opentelemetry/api@1.9.1', '@opentelemetry/sdk-node@0.223.0');
    const without = project('@opentelemetry/api@1.9.1');
    const endpoints = async (directory: string, env: Record<string, string>) =>
      (await examine(directory, { env })).findings
        .filter(({ id }) => /^(endpoint|exporter)/.test(id))
        .map(({ id, level, what }) => [id, level, /gRPC|"grpc"|localhost:4318|nothing is exported/.exec(what)?.[0]]);
    const grpc = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    const none = { OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' };
    expect(await endpoints(withNodeSdk, {})).toEqual([['endpoint', 'ok', 'localhost:4318']]);
    expect(await endpoints(withNodeSdk, none)).toEqual([['endpoint', 'ok', 'nothing is exported']]);
    expect(await endpoints(withNodeSdk, { OTEL_SDK_DISABLED: 'true' })).toEqual([
      ['endpoint', 'ok', 'nothing is exported'],
    ]);
    expect(await endpoints(withNodeSdk, { ...grpc, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })).toEqual([
      ['endpoint-logs', 'ok', 'gRPC'],
      ['endpoint-metrics', 'ok', 'gRPC'],
    ]);
    expect(await endpoints(without, {})).toEqual([['endpoint', 'ok', 'nothing is exported']]);
    const asked = await endpoints(without, {
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:1',
    });
    expect(asked).toContainEqual(['endpoint-logs', 'error', '"grpc"']);
  });

  it('finds a processor or reader that is missing from what a set-up registers', async () => {
    const directory = join(root, 'setup');
    mkdirSync(directory);
    const setup = async (name: string, code: string) => {
      writeFileSync(
        join(directory, name),
        `import * as api from '@opentelemetry/api';
         import * as separate from '@opentelemetry/api-logs';
         import { LoggerProvider } from '@opentelemetry/sdk-logs';
         import { MeterProvider } from '@opentelemetry/sdk-metrics';
         import * as rimp from 'rimp-telemetry';
         const logs = api.logs ?? separate.logs;
         const collector = new rimp.TelemetryCollector();
         ${code}`,
      );
      const report = await examine(directory, { args: ['--setup', name] });
      return report.findings
        .filter(({ id }) => ['processor', 'reader', 'setup', 'logs-globals'].includes(id))
        .map(({ id, level }) => `${id} ${level}`);
    };
    expect(
      await setup(
        'complete.mjs',
        `logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [new rimp.RimpLogRecordProcessor(collector)] }));
         api.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [new rimp.RimpMetricReader(collector)] }));`,
      ),
    ).toEqual(['processor ok', 'reader ok']);
    expect(
      await setup(
        'without.mjs',
        `logs.setGlobalLoggerProvider(new LoggerProvider());
         api.metrics.setGlobalMeterProvider(new MeterProvider());`,
      ),
    ).toEqual(['processor error', 'reader error']);
    // a collector by itself is the whole of many set-ups
    expect(await setup('nothing.mjs', '')).toEqual(['setup ok']);
    expect(await setup('broken.mjs', 'throw new Error("no good");')).toEqual(['setup error']);
    writeFileSync(join(directory, 'thrown.mjs'), 'throw new Error("no good");');
    writeFileSync(
      join(directory, 'package.json'),
      JSON.stringify({ scripts: { start: 'node --import ./thrown.mjs app.js' } }),
    );
    const found = await examine(directory);
    expect(found.findings.find(({ id }) => id === 'setup')).toMatchObject({
      level: 'error',
      what: './thrown.mjs fails: Error: no good',
    });
  }, 60_000);

  it('prints lines for people, explains itself, and refuses what it does not know', async () => {
    const directory = project('@opentelemetry/api@1.9.1', '@opentelemetry/sdk-logs@0.57.2');
    const rimp = (...args: string[]) => run(process.execPath, [rimpProgram, ...args], { cwd: directory });
    expect((await rimp('doctor')).stdout).toMatch(
      /error {4}too-old: .*\n +why: .*\n +fix: npm install @opentelemetry\/sdk-logs@latest\n/,
    );
    expect(await rimp('doctor', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('Exit status') });
    expect(await rimp('doctor', '--jsn')).toMatchObject({ status: 2, stderr: expect.stringContaining('--jsn') });
    expect(await rimp('docter')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('did you mean "doctor"?'),
    });
    expect((await rimp()).status).toBe(2);
    expect(await rimp('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('doctor') });
    expect((await rimp('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
