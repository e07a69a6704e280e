import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { transformSync } from '@swc/core';

// below the package, so that the programs find it by its name
mkdirSync('build', { recursive: true });
const directory = mkdtempSync(join(process.cwd(), 'build', 'file-faults-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A program of its own: what escapes from a timer or a promise ends it, as it would end an application. */
const PROGRAM = `
const { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { FaultyFs } = require('./faulty-fs.cjs');
const { FileStorage, TelemetryCollector } = require('rimp-telemetry');
const [durability, code, , only] = process.argv.slice(2);
const EVENTS = 24;
let failedCalls = 0;
const problems = [];
const targetOf = (name) => { try { return readlinkSync('/proc/self/fd/' + name); } catch { return ''; } };

async function run(from, count) {
  const directory = mkdtempSync(join(__dirname, 'run-'));
  const path = join(directory, 'telemetry.jsonl');
  const options = { rotation: { maxBytes: 1800 }, compression: 'gzip', retention: { maxFiles: 100 }, durability };
  const collector = new TelemetryCollector(
    { storageBackend: 'file', storagePath: path, bufferSize: 5, flushInterval: 3600 }, { storageOptions: options });
  const faulty = new FaultyFs({ under: directory, code, from, count, ...(only && { only: new RegExp(only) }) });
  let calls = 0;
  try {
    for (let i = 0; i < EVENTS; i += 1) {
      collector.collectEvent('s', String(i), 'info', { padding: 'x'.repeat(100) });
      if (i % 12 === 11) {
        await collector.storage.maintain();
        // a query may fail, and may not end the process
        await collector.storage.retrieve({ limit: 10, startTime: new Date(0) }).catch(() => undefined);
        await collector.forceFlush({ timeoutMillis: 5000 });
      }
    }
  } finally {
    calls = faulty.calls.length;
    failedCalls += faulty.failed.length;
    faulty.restore();
  }
  const say = (what) => problems.push(code + ' ' + from + ' (' + faulty.failed[0]?.replace(directory, '') + '): ' + what);
  const { complete, errors } = await collector.forceFlush({ timeoutMillis: 10000 });
  if (!complete) say('not flushed: ' + errors);
  const health = collector.health();
  for (const { accepted, delivered, queued, dropped } of [health, ...Object.values(health.sinks)]) {
    const lost = Object.values(dropped).reduce((sum, one) => sum + one, 0);
    if (accepted !== EVENTS || delivered !== EVENTS || queued !== 0 || lost !== 0)
      say('ledger: ' + JSON.stringify({ accepted, delivered, queued, dropped }));
  }
  await collector.storage.maintain();
  await collector.shutdown();
  const storage = new FileStorage({ path, compression: 'gzip' });
  await storage.maintain();
  const found = (await storage.retrieve()).events.map(({ message }) => message);
  const missing = EVENTS - new Set(found).size;
  if (missing > 0) say(missing + ' events are missing');
  if (found.length > new Set(found).size) say(found.length - new Set(found).size + ' events are there twice');
  if (storage.unreadableLines.count > 0) say(storage.unreadableLines.last);
  await storage.close();
  const open = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').map(targetOf) : [];
  if (open.some((path) => path.startsWith(directory))) say('open: ' + open.filter((path) => path.startsWith(directory)));
  // Node warns of a handle that is closed by it
  if (from % 8 === 0) gc();
  const left = readdirSync(directory).filter((name) => /\\.(tmp|lock)$|~/.test(name));
  if (left.length > 0) say('left: ' + left);
  rmSync(directory, { recursive: true });
  return calls;
}

(async () => {
  const calls = await run(Number.POSITIVE_INFINITY, 0);
  const step = Number(process.argv[4] ?? 1);
  for (let from = 0; from < calls; from += step) await run(from, 1);
  // the disk stays as it is for a while
  for (const from of [0, Math.floor(calls / 3), Math.floor(calls / 2)]) await run(from, 40);
  console.log(JSON.stringify({ calls, failedCalls, problems }));
})();
`;

const helper = transformSync(readFileSync(join('test', 'helpers', 'faulty-fs.ts'), 'utf8'), {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs' },
});
writeFileSync(join(directory, 'faulty-fs.cjs'), helper.code);
writeFileSync(join(directory, 'program.cjs'), PROGRAM);

describe('calls of the file system that fail', () => {
  it.each([
    ['os', 'EIO'],
    ['os', 'ENOSPC'],
    ['os', 'EACCES'],
    ['os', 'EROFS'],
    ['os', 'ENOENT'],
    ['os', 'EMFILE'],
    ['os', 'SHORT'],
    ['fsync', 'EIO'],
    ['fsync', 'ENOSPC'],
  ])(
    '%s, %s, every so many in turn: the process lives, nothing is lost or written twice, the ledger balances',
    (durability, code) => {
      const step = durability === 'os' ? '11' : '23';
      const program = ['--expose-gc', join(directory, 'program.cjs'), durability, code, step];
      const { status, stdout, stderr } = spawnSync(process.execPath, program, {
        encoding: 'utf8',
        timeout: 110_000,
        env: { ...process.env, RIMP_LOG_LEVEL: 'none' },
      });
      expect([status, stderr]).toEqual([0, '']);
      const { calls, failedCalls, problems } = JSON.parse(stdout) as {
        calls: number;
        failedCalls: number;
        problems: string[];
      };
      expect(calls).toBeGreaterThan(100);
      expect(failedCalls).toBeGreaterThan(code === 'SHORT' ? 5 : 50);
      expect(problems).toEqual([]);
    },
    120_000,
  );

  it.each(['unlinkSync', 'rmSync', 'lstatSync', 'linkSync', 'renameSync'])(
    'every %s in turn: no line comes twice under a second name of its file, and no lock stays',
    (name) => {
      const program = ['--expose-gc', join(directory, 'program.cjs'), 'os', 'EIO', '1', `^${name}$`];
      const { status, stdout, stderr } = spawnSync(process.execPath, program, {
        encoding: 'utf8',
        timeout: 110_000,
        env: { ...process.env, RIMP_LOG_LEVEL: 'none' },
      });
      expect([status, stderr]).toEqual([0, '']);
      const { failedCalls, problems } = JSON.parse(stdout) as { failedCalls: number; problems: string[] };
      expect(failedCalls).toBeGreaterThan(0);
      expect(problems).toEqual([]);
    },
    120_000,
  );
});
