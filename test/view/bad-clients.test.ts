import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStorage, TelemetryCollector, TelemetryData, TelemetryEvent, type TelemetryItem } from 'rimp-telemetry';
import { ManualClock } from '../helpers/clock.js';
import { closeViews, type ServedView, serveView } from '../helpers/live-view.js';
import { until } from '../helpers/until.js';

const STALL_MILLIS = 30_000;
const BIG = 'x'.repeat(100_000);

/** A storage whose scans wait to be let on, and say when they are over. */
class SlowStorage extends MemoryStorage {
  begun = 0;
  closed = 0;
  fails = false;
  items = 2_000;
  text = BIG;
  #go: () => void = () => undefined;
  readonly #gate = new Promise<void>((resolve) => {
    this.#go = resolve;
  });

  letOn(): void {
    this.#go();
  }

  override async *scan(): AsyncGenerator<TelemetryItem> {
    this.begun += 1;
    try {
      await this.#gate;
      for (let i = 0; i < this.items; i += 1)
        yield new TelemetryEvent({ source: 'shop', message: `${i} ${this.text}` });
      if (this.fails) throw new Error('the disk is gone');
    } finally {
      this.closed += 1;
    }
  }
}

let clock: ManualClock;
let storage: SlowStorage;
let served: ServedView;

beforeEach(async () => {
  clock = new ManualClock();
  storage = new SlowStorage();
  served = await serveView({}, new TelemetryCollector({}, { clock, storage }));
});
afterEach(closeViews);

const request = (path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(`${served.url}/api/${path}`, { agent: false }, resolve).on('error', reject);
  });

const status = async (path: string): Promise<number> => {
  const response = await request(path);
  response.on('error', () => undefined);
  response.destroy();
  return response.statusCode ?? 0;
};

/** A client that takes the head of an answer, and then nothing. */
const stalled = async (path: string): Promise<IncomingMessage> => {
  const response = await request(path);
  response.on('error', () => undefined);
  return response.pause();
};

describe('a client of the live view that takes nothing', () => {
  it('loses its download after 30 seconds, so that others have the place', async () => {
    storage.letOn();
    await Promise.all(Array.from({ length: 4 }, () => stalled('export')));
    await until(() => clock.pending >= 4);
    expect(await status('export')).toBe(503);
    clock.advance(STALL_MILLIS);
    await until(async () => (await status('export')) === 200);
    await until(() => storage.closed === storage.begun);
    expect(served.collector.health().lastError?.message).toContain('took nothing for 30 seconds');
  });

  it('loses a download that is all on its way, too', async () => {
    storage.items = 150;
    storage.letOn();
    await Promise.all(Array.from({ length: 4 }, () => stalled('export')));
    await until(() => clock.pending >= 4);
    expect(await status('export')).toBe(503);
    clock.advance(STALL_MILLIS);
    await until(async () => (await status('export')) === 200);
  });

  it('keeps its download as long as it takes a little of it now and then, however large items are', async () => {
    storage.text = BIG.repeat(4);
    storage.letOn();
    const download = await stalled('export');
    let bytes = 0;
    download.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    for (let step = 1; step <= 4; step += 1) {
      download.resume();
      // more than the system holds between them
      await until(() => bytes >= step * 9_000_000);
      download.pause();
      clock.advance((STALL_MILLIS * 2) / 3);
    }
    expect(served.collector.health().lastError).toBeUndefined();
    download.destroy();
    await until(() => storage.closed === 1);
  });

  it('loses its event stream after 30 seconds, and goes on from there when it comes back', async () => {
    const one = await served.reader('?kinds=event').open();
    await until(() => one.lastId !== undefined);
    one.pause();
    const total = 120;
    for (let i = 0; i < total; i += 1) served.collector.collectEvent('shop', `${i} ${BIG}`);
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    const connections = (): Promise<number> =>
      new Promise((resolve) => served.server.getConnections((_, count) => resolve(count)));
    expect(await connections()).toBe(1);
    await until(async () => {
      clock.advance(STALL_MILLIS);
      return (await connections()) === 0;
    });
    expect(served.collector.health().lastError?.message).toContain('took nothing for 30 seconds');
    one.resume();
    await until(() => one.isEnded);
    await one.open();
    clock.advance(1_000);
    await until(() => one.items.length >= total);
    expect(one.messages.map((message) => Number.parseInt(message, 10))).toEqual([...Array(total).keys()]);
    expect(one.gaps).toEqual([]);
  });
});

describe('a client of the live view that goes away', () => {
  it('has its download end the reading of the storage, as a failure does', async () => {
    storage.letOn();
    (await stalled('export')).destroy();
    await until(() => storage.closed === 1);
    storage.fails = true;
    const broken = await request('export');
    broken.on('error', () => undefined).resume();
    await until(() => storage.closed === 2);
  });

  it('leaves the line in which requests wait for one another', async () => {
    const gone: Promise<unknown>[] = [];
    served.server.on('request', (_, response: ServerResponse) => gone.push(once(response, 'close')));
    const asked = ['stats', 'patterns', 'stats', 'stats'].map((path) =>
      get(`${served.url}/api/${path}`, { agent: false }).on('error', () => undefined),
    );
    // two read, two wait
    await until(() => storage.begun === 2 && gone.length === asked.length);
    for (const one of asked) one.destroy();
    await Promise.all(gone);
    storage.letOn();
    await until(() => storage.closed === 2);
    expect(await status('stats')).toBe(200);
    expect(storage.begun).toBe(3);
  });
});

describe('a request at the end of a live view', () => {
  it('is told at once that the view is closed, whatever it waits for', async () => {
    const paths = ['stats', 'patterns', 'traces', 'export'];
    const asked = paths.map((path) => fetch(`${served.url}/api/${path}`));
    // two of those that share places read, one waits for a place
    await until(() => storage.begun === 3);
    served.view.close();
    for (const response of await Promise.all(asked)) {
      expect(response.status).toBe(503);
      expect(await response.json()).toEqual({ error: 'the live view is closed' });
    }
    storage.letOn();
    await until(() => storage.closed === 3);
    expect(served.collector.health().lastError).toBeUndefined();
  });

  it('has its download broken off, rather than end as if it were whole', async () => {
    storage.letOn();
    const download = await stalled('export');
    served.view.close();
    const end = new Promise((resolve) => download.on('close', resolve));
    download.resume();
    await end;
    expect(download.complete).toBe(false);
    expect(await status('overview')).toBe(503);
  });
});

describe('a download whose storage fails', () => {
  it('is an answer in words as long as it has not begun', async () => {
    storage.items = 2;
    storage.text = 'short';
    storage.fails = true;
    storage.letOn();
    const response = await fetch(`${served.url}/api/export`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ error: expect.stringContaining('the disk is gone') });
  });
});

describe('many clients of a live view', () => {
  it('are served side by side without a warning of Node.js', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', note);
    try {
      const readers = await Promise.all(Array.from({ length: 30 }, () => served.reader().open()));
      await until(() => readers.every(({ hellos }) => hellos.length === 1));
      served.view.close();
      await until(() => readers.every(({ isEnded }) => isEnded));
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('warning', note);
    }
    expect(warnings).toEqual([]);
  });

  it('have limits of one view, not of all views of a process', async () => {
    storage.letOn();
    await Promise.all(Array.from({ length: 4 }, () => stalled('export')));
    expect(await status('export')).toBe(503);
    const other = await serveView();
    await other.collector.storage.store(
      new TelemetryData({ events: [new TelemetryEvent({ source: 'a', message: 'b' })] }),
    );
    expect((await fetch(`${other.url}/api/export`)).status).toBe(200);
  });
});
