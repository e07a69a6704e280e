import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createOtlpReceiver, shipTelemetry } from 'rimp-telemetry';
import { rimpProgram } from '../helpers/cli.js';
import { freePort } from '../helpers/free-port.js';
import { answering } from '../helpers/otlp-sink.js';
import { arrived, beginShipment, collector, directory, endShipment, ids, lines } from '../helpers/shipment.js';
import { until } from '../helpers/until.js';

beforeEach(beginShipment);
afterEach(endShipment);

describe('an endpoint that is away', () => {
  it('is waited for, and given up on when asked to', async () => {
    const port = await freePort();
    const path = join(directory, 'a.jsonl');
    const checkpoint = join(directory, 'checkpoint');
    writeFileSync(path, lines(0, 3_000));
    const warnings: string[] = [];
    const onWarning = (what: string): number => warnings.push(what);
    const to = `http://127.0.0.1:${port}`;
    const gaveUp = await shipTelemetry({ files: [path], to, checkpoint, giveUpAfterSeconds: 0.5, onWarning });
    // a busy machine has not read all of them by then
    expect(gaveUp).toMatchObject({ complete: false, logs: { delivered: 0, queued: expect.any(Number) } });
    expect(gaveUp.logs.queued).toBeGreaterThan(0);
    expect(warnings).toContainEqual(expect.stringContaining('giving up'));
    const running = shipTelemetry({ files: [path], to, checkpoint, onWarning });
    const sink = await answering(() => ({ status: 200 }), port);
    expect(await running).toMatchObject({ complete: true, logs: { delivered: 3_000, queued: 0 } });
    expect(sink.requests.length).toBeGreaterThan(0);
  });

  it('and refuses whoever asks is no reason to go on: the checkpoint stays', async () => {
    const path = join(directory, 'a.jsonl');
    const checkpoint = join(directory, 'checkpoint');
    writeFileSync(path, lines(0, 3_000));
    const guarded = await createOtlpReceiver({ collector, port: 0, token: 'secret' });
    const to = guarded.url;
    await expect(shipTelemetry({ files: [path], to, checkpoint })).rejects.toMatchObject({
      code: 'RIMP_DENIED',
      message: expect.stringContaining('401 Unauthorized: expected Authorization: Bearer with the right token'),
    });
    const headers = { authorization: 'Bearer secret' };
    expect(await shipTelemetry({ files: [path], to, checkpoint, headers })).toMatchObject({ complete: true });
    expect(await arrived()).toEqual(ids(0, 3_000));
    await guarded.shutdown();
  });

  it.each([2, 4])('loses nothing if it begins to while a request is sent in halves: answer %i', async (denied) => {
    const path = join(directory, 'a.jsonl');
    const checkpoint = join(directory, 'checkpoint');
    writeFileSync(path, lines(0, 400));
    let answers = 0;
    let status = 401;
    const sink = await answering(({ body }) => {
      answers += 1;
      if (answers >= denied && status === 401) return { status };
      return { status: body.includes('e399') ? 400 : 200 };
    });
    const options = {
      files: [path],
      to: sink.url,
      protocol: 'http/json',
      checkpoint,
      onWarning: () => undefined,
    } as const;
    await expect(shipTelemetry(options)).rejects.toMatchObject({ code: 'RIMP_DENIED' });
    status = 200;
    const { complete, logs } = await shipTelemetry(options);
    expect({ complete, logs }).toEqual({
      complete: true,
      logs: { accepted: 400, delivered: 399, queued: 0, dropped: { refused: 1 } },
    });
  });

  it('loses only what it refuses with 400, also if that is several lines of a large request', async () => {
    const path = join(directory, 'a.jsonl');
    writeFileSync(path, lines(0, 1_700));
    const bad = ['e1003', 'e1153', 'e1303', 'e1453', 'e1603'];
    const sink = await answering(({ body }) => ({ status: bad.some((id) => body.includes(id)) ? 400 : 200 }));
    const { logs } = await shipTelemetry({ files: [path], to: sink.url, onWarning: () => undefined });
    expect(logs).toEqual({ accepted: 1_700, delivered: 1_695, queued: 0, dropped: { refused: 5 } });
  });

  it('loses nothing when the program is killed in between', async () => {
    const path = join(directory, 'a.jsonl');
    writeFileSync(path, lines(0, 60_000));
    const seen = new Map<string, number>();
    let requests = 0;
    const sink = await answering(({ body }) => {
      requests += 1;
      // every third time it is busy
      if (requests % 3 === 0) return { status: 503, headers: { 'retry-after': '0' } };
      for (const [, id = ''] of body.toString('utf8').matchAll(/"stringValue":"(e\d+)"/g))
        seen.set(id, (seen.get(id) ?? 0) + 1);
      return { status: 200 };
    });
    let kills = 0;
    for (;;) {
      const child = spawn(process.execPath, [rimpProgram, 'ship', path, '--to', sink.url, '--protocol', 'http/json'], {
        stdio: 'ignore',
      });
      const before = seen.size;
      const killer = (async () => {
        await until(() => seen.size > before + 8_000 || child.exitCode !== null);
        child.kill('SIGKILL');
      })();
      await once(child, 'exit');
      await killer;
      if (child.exitCode === 0) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThanOrEqual(2);
    expect(ids(0, 60_000).filter((id) => !seen.has(id))).toEqual([]);
  }, 60_000);
});
