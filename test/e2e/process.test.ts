import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

// below the package, so that the programs find it by its name
mkdirSync('build', { recursive: true });
const directory = mkdtempSync(join(process.cwd(), 'build', 'exit-'));
let runs = 0;
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs a program that collects into a file, and gives the lines of the file. */
function run(
  body: string,
  env: Record<string, string> = {},
): { lines: string[]; status: number | null; signal: string | null; stderr: string } {
  const path = join(directory, `${runs++}.jsonl`);
  const script = `${path}.cjs`;
  writeFileSync(
    script,
    `const rimp = require('rimp-telemetry');
     const path = ${JSON.stringify(path)};
     const collector = new rimp.TelemetryCollector({ storageBackend: 'file', storagePath: path }, globalThis.options ?? {});
     ${body}`,
  );
  const { status, signal, stderr } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, ...env },
  });
  let lines: string[] = [];
  try {
    lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  } catch {
    // nothing was stored
  }
  return { lines, status, signal, stderr };
}

describe('at the end of the process', () => {
  it('what was collected is in the file if it just ends', () => {
    const { lines, status } = run('for (let i = 0; i < 250; i += 1) collector.collectEvent("a", String(i));');
    expect(lines.length).toBe(250);
    expect(new Set(lines).size).toBe(250);
    expect(status).toBe(0);
  });

  it('and if process.exit() is called, or an error is thrown', () => {
    expect(
      run('for (let i = 0; i < 1050; i += 1) collector.collectEvent("a", String(i)); process.exit(3);'),
    ).toMatchObject({ status: 3, lines: { length: 1050 } });
    expect(run('collector.collectEvent("a", "b"); throw new Error("crash");')).toMatchObject({
      status: 1,
      lines: { length: 1 },
    });
  });

  it('and if it is killed, what was flushed', () => {
    const { lines, signal } = run(
      'for (let i = 0; i < 250; i += 1) collector.collectEvent("a", String(i)); process.kill(process.pid, "SIGKILL"); for (;;);',
    );
    expect(signal).toBe('SIGKILL');
    expect(lines.length).toBe(200);
  });

  it("and what others collected through OpenTelemetry's providers", () => {
    const { lines, stderr } = run(
      `
      const { LoggerProvider } = require('@opentelemetry/sdk-logs');
      const { MeterProvider } = require('@opentelemetry/sdk-metrics');
      const { metrics } = require('@opentelemetry/api');
      const meterProvider = new MeterProvider({ readers: [new rimp.RimpMetricReader(collector)] });
      metrics.setGlobalMeterProvider(meterProvider);
      meterProvider.getMeter('lib').createCounter('c').add(1);
      if (process.env.LOGS) new LoggerProvider({ processors: [new rimp.RimpLogRecordProcessor(collector)] })
        .getLogger('lib').emit({ body: 'foreign' });`,
      { LOGS: '1' },
    );
    expect(stderr).toBe('');
    expect(lines.map((line) => /foreign|"name":"c"/.exec(line)?.[0])).toEqual(['foreign', '"name":"c"']);
  });

  it('once, also if each flush brings something new', () => {
    const { status, lines } = run(`
      const { MeterProvider } = require('@opentelemetry/sdk-metrics');
      const { metrics } = require('@opentelemetry/api');
      collector.addSink('slow', { store: () => new Promise((resolve) => setTimeout(resolve, 20)) });
      const meterProvider = new MeterProvider({ readers: [new rimp.RimpMetricReader(collector)] });
      metrics.setGlobalMeterProvider(meterProvider);
      meterProvider.getMeter('lib').createObservableGauge('g').addCallback((result) => result.observe(Math.random()));
      collector.collectEvent('a', 'b');`);
    expect(status).toBe(0);
    expect(lines.length).toBe(2);
  });

  it('nothing is flushed if flushOnExit is false', () => {
    expect(
      run(
        'const other = new rimp.TelemetryCollector({ storageBackend: "file", storagePath: path }, { flushOnExit: false }); other.collectEvent("a", "b");',
      ).lines,
    ).toEqual([]);
  });

  it('timers keep no process alive, nor does a running stream', () => {
    const started = Date.now();
    const { lines, status } = run(
      'new rimp.TelemetryStream(collector, null, 3600).start(); collector.collectEvent("a", "b");',
    );
    expect(status).toBe(0);
    expect(lines.length).toBe(1);
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  it('a storage that keeps failing does not keep the process', () => {
    const { status } = run(
      'const bad = new rimp.TelemetryCollector({}, { storage: { store: async () => { throw new Error("no"); } } }); bad.collectEvent("a", "b");',
    );
    expect(status).toBe(0);
  });

  it('importing alone loads nothing but the APIs, opens nothing and starts nothing', () => {
    const path = join(directory, `${runs++}.cjs`);
    writeFileSync(
      path,
      `const before = process.getActiveResourcesInfo().length;
       require('rimp-telemetry');
       const foreign = Object.keys(require.cache).filter((file) => !/[\\/](dist[\\/]cjs|@opentelemetry[\\/]api(-logs)?)[\\/]/.test(file) && file !== __filename);
       console.log(JSON.stringify([foreign, process.getActiveResourcesInfo().length - before, process.listenerCount('exit')]));`,
    );
    expect(JSON.parse(spawnSync(process.execPath, [path], { encoding: 'utf8' }).stdout)).toEqual([[], 0, 0]);
  });

  it('timestamps do not depend on the time zone', () => {
    const { lines } = run('collector.collectEvent({ source: "a", message: "b", timestamp: new Date(0) });', {
      TZ: 'Asia/Kolkata',
    });
    expect(lines[0]).toContain('"timestamp":"1970-01-01T00:00:00.000Z"');
  });

  it('both module formats in one process agree: nothing twice, nothing lost', () => {
    const { lines, stderr } = run(`
      import('rimp-telemetry').then((esm) => {
        const { LoggerProvider } = require('@opentelemetry/sdk-logs');
        const loggerProvider = new LoggerProvider({ processors: [new esm.RimpLogRecordProcessor(collector)] });
        collector.useProviders({ loggerProvider });
        collector.collectEvent('cjs', 'one');
        loggerProvider.getLogger('lib').emit({ body: 'two' });
      });`);
    expect(stderr).toBe('');
    expect(lines.length).toBe(2);
  });
});
