import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FileStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { freePort } from '../helpers/free-port.js';
import { endRimps, rimp, startRimp } from '../helpers/run-rimp.js';
import { until } from '../helpers/until.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-remote-'));
const token = 'a-token';
const env = { RIMP_TOKEN: token };
let url = '';
const at = (second: number): Date => new Date(Date.parse('2026-11-24T10:00:00Z') + second * 1_000);

beforeAll(async () => {
  const storage = new FileStorage(join(directory, 'a.jsonl'));
  // more than one answer holds
  const events = Array.from(
    { length: 2_500 },
    (_, i) =>
      new TelemetryEvent({
        timestamp: at(i),
        eventId: `e${i}`,
        source: 's',
        message: `m ${i}`,
        metadata: { even: i % 2 === 0 },
        eventType: i % 1_000 === 0 ? 'error' : 'info',
      }),
  );
  const metrics = [new TelemetryMetric({ timestamp: at(2_500), metricId: 'm', name: 'load', value: 1.5 })];
  await storage.store(new TelemetryData({ events, metrics }));
  await storage.close();
  url = `http://127.0.0.1:${await freePort()}`;
  const options = { env, cwd: directory };
  const { said } = startRimp(['serve', '--port', new URL(url).port, '--storage', 'a.jsonl'], options);
  await until(() => said.stderr.includes('OTLP at'));
}, 20_000);
afterAll(() => {
  endRimps();
  rmSync(directory, { recursive: true, force: true });
});

const get = async (path: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) => {
  const response = await fetch(url + path, { headers });
  const text = await response.text();
  return { status: response.status, text, cursor: response.headers.get('rimp-cursor') ?? '' };
};
const idsIn = (text: string): string[] =>
  [...text.matchAll(/"(?:event|metric)_id": ?"(\w+)"/g)].map(([, id = '']) => id);

describe('what rimp serve keeps', () => {
  it('is read as lines, with the filters of a query and a cursor', async () => {
    const metadata = encodeURIComponent('{"even":true}');
    const first = await get(`/api/events?limit=2&metadata=${metadata}&startTime=2026-11-24T10:00:01Z`);
    expect([first.status, idsIn(first.text)]).toEqual([200, ['e2', 'e4']]);
    const second = await get(`/api/events?limit=2&metadata=${metadata}&after=${encodeURIComponent(first.cursor)}`);
    expect(idsIn(second.text)).toEqual(['e6', 'e8']);
    expect(idsIn((await get('/api/metrics?name=load')).text)).toEqual(['m']);
    expect(idsIn((await get('/api/items?order=desc&limit=2')).text)).toEqual(['m', 'e2499']);
    expect(idsIn((await get('/api/events')).text)).toHaveLength(1_000);
  });

  it('is refused without the token, to other hosts, and to other methods', async () => {
    expect((await get('/api/events', {})).status).toBe(401);
    expect((await fetch(`${url}/api/events`, { method: 'DELETE' })).status).toBe(405);
    const status = await new Promise((resolve) => {
      const headers = { host: 'evil.example', authorization: `Bearer ${token}` };
      request(`${url}/api/events`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });

  it.each([
    ['limits=1', 'limits'],
    ['startTime=soon', 'startTime'],
    ['minSeverity=x', 'minSeverity'],
    ['metadata=[1]', 'metadata'],
    ['after=x', 'after'],
  ])('names the parameter of ?%s that is wrong', async (search, name) => {
    const { status, text } = await get(`/api/events?${search}`);
    expect([status, text]).toEqual([400, expect.stringContaining(name)]);
  });

  it('is a SOURCE of query and stats', () => {
    const found = rimp(['query', url, '--type', 'error', '--template', '{message}'], { env });
    expect([found.status, found.lines]).toEqual([0, ['m 0', 'm 1000', 'm 2000']]);
    expect(rimp(['query', url, '--reverse', '-n', '1', '--template', '{name}'], { env }).lines).toEqual(['load']);
    expect(rimp(['stats', url], { env }).stdout).toContain('2,500 events, 1 metric ');
  });

  it('is followed by tail -f', async () => {
    const { says } = startRimp(['tail', '-f', '-n', '1', '--kind', 'event', url], { env });
    await says('m 2499');
    const logRecords = [{ timeUnixNano: '1795514400000000000', body: { stringValue: 'it came later' } }];
    const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    expect((await fetch(`${url}/v1/logs`, { method: 'POST', headers, body })).status).toBe(200);
    await says('it came later');
  });

  it('is an error that says what to do if nothing answers, or the token is wrong', async () => {
    const nobody = rimp(['query', `http://127.0.0.1:${await freePort()}`]);
    expect([nobody.status, nobody.stderr]).toEqual([2, expect.stringContaining('expected rimp serve at http://')]);
    const refused = rimp(['query', url], { env: { RIMP_TOKEN: '' } });
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('RIMP_TOKEN')]);
  });
});
