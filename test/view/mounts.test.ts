import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { afterEach, describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import { Hono } from 'hono';
import {
  createLiveView,
  createOtlpReceiver,
  createPrometheusHandler,
  type LiveView,
  TelemetryCollector,
} from 'rimp-telemetry';
import { StreamReader } from '../helpers/event-stream.js';
import { closeViews, listening } from '../helpers/live-view.js';
import { until } from '../helpers/until.js';

/** As much of Express, which has no types of its own, as is used here. */
interface Express {
  (): RequestListener & {
    use(...handlers: readonly unknown[]): void;
    get(path: string, handler: (request: unknown, response: ServerResponse) => void): void;
  };
  json(): unknown;
}
const express = createRequire(join(process.cwd(), 'package.json'))('express') as Express;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await closeViews();
});

function collected(): TelemetryCollector {
  const collector = new TelemetryCollector();
  collector.collectEvent('shop', 'seen');
  ends.push(() => collector.shutdown());
  return collector;
}

/** Mounts a view at a path, beside something else at another; gives where the server listens. */
const MOUNTS: Readonly<Record<string, (collector: TelemetryCollector) => Promise<string>>> = {
  async http(collector) {
    const view = createLiveView(collector, { path: '/admin/telemetry' });
    const server = createServer((request, response) => {
      if (request.url === '/other') response.end('other');
      else view(request, response);
    });
    return listening(server);
  },
  async 'Express 5'(collector) {
    const app = express();
    app.use(express.json());
    app.use('/admin/telemetry', createLiveView(collector));
    app.get('/other', (_request, response) => void response.end('other'));
    return listening(createServer(app));
  },
  async 'Connect and Polka'(collector) {
    const view = createLiveView(collector);
    const mount = '/admin/telemetry';
    // as they cut off where something is mounted: the original stays in `originalUrl`, and there is no `baseUrl`
    const server = createServer((request, response) => {
      const { url = '' } = request;
      if (!/^\/admin\/telemetry(?![^/?])/.test(url)) return void response.end('other');
      const rest = url.slice(mount.length);
      Object.assign(request, { originalUrl: url, url: rest.startsWith('/') ? rest : `/${rest}` });
      view(request, response);
    });
    return listening(server);
  },
  async 'Fastify 5'(collector) {
    const view: LiveView = createLiveView(collector, { path: '/admin/telemetry' });
    const app = fastify();
    for (const path of ['/admin/telemetry', '/admin/telemetry/*'])
      app.all(path, (request, reply) => {
        reply.hijack();
        view(request.raw, reply.raw);
      });
    app.get('/other', async () => 'other');
    // streams that are open end with the view
    ends.push(() => {
      view.close();
      return app.close();
    });
    return app.listen({ port: 0, host: '127.0.0.1' });
  },
  async Hono(collector) {
    const view = createLiveView(collector, { path: '/admin/telemetry' });
    const app = new Hono<{ Bindings: HttpBindings }>();
    for (const path of ['/admin/telemetry', '/admin/telemetry/*'])
      app.all(path, ({ env }) => {
        view(env.incoming, env.outgoing);
        return RESPONSE_ALREADY_SENT;
      });
    app.get('/other', (context) => context.text('other'));
    const listener = getRequestListener(app.fetch);
    return listening(createServer((request, response) => void listener(request, response)));
  },
};

describe.each(Object.keys(MOUNTS))('a live view mounted in %s', (name) => {
  it('answers at its path, and leaves others alone', async () => {
    const collector = collected();
    const url = await (MOUNTS[name] as (collector: TelemetryCollector) => Promise<string>)(collector);
    expect(await (await fetch(`${url}/other`)).text()).toBe('other');
    const bare = await fetch(`${url}/admin/telemetry?x=1`, { redirect: 'manual' });
    expect([bare.status, bare.headers.get('location')]).toEqual([308, 'telemetry/?x=1']);
    const page = await fetch(`${url}/admin/telemetry`);
    expect([page.url, page.status]).toEqual([`${url}/admin/telemetry/`, 200]);
    const script = /src="(app\.[0-9a-f]+\.js)"/.exec(await page.text())?.[1] ?? '';
    expect((await fetch(new URL(script, page.url))).status).toBe(200);
    expect(await (await fetch(`${url}/admin/telemetry/api/events`)).text()).toContain('"message":"seen"');
    expect((await fetch(`${url}/admin/telemetry/none`)).status).toBe(404);
  });

  it('streams what comes', async () => {
    const collector = collected();
    const url = await (MOUNTS[name] as (collector: TelemetryCollector) => Promise<string>)(collector);
    const reader = await new StreamReader(`${url}/admin/telemetry/api/live`).open();
    await until(() => reader.hellos.length === 1);
    collector.collectEvent('shop', 'now');
    await until(() => reader.items.length === 1);
    expect(reader.messages).toEqual(['now']);
    await reader.close();
    await until(() => reader.isEnded);
  });
});

describe('the options of createLiveView', () => {
  it.each([
    [{ paths: '/x' }, 'did you mean "path"'],
    [{ path: 'x' }, 'expected "path" to be a path such as "/telemetry", got "x"'],
    [{ token: '' }, 'expected "token" to be a non-empty string'],
    [{ token: 5 }, 'expected "token" to be a non-empty string'],
    [{ allowedHosts: 'x' }, 'expected "allowedHosts" to be a list of names'],
    [{ maxRecentItems: 0 }, 'expected "maxRecentItems" to be a positive integer'],
  ])('refuse %j', (options, words) => {
    const collector = collected();
    expect(() => createLiveView(collector, options as object)).toThrow(words);
  });

  it.each(['of two words', 'of-a-file\n', 'пароль'])(
    'refuse a token that no header can hold, and do not show it: %j',
    async (token) => {
      const words = `without spaces, line breaks and characters beyond Latin-1, got ${token.length} characters`;
      const collector = collected();
      expect(() => createLiveView(collector, { token })).toThrow(words);
      expect(() => createPrometheusHandler(collector, { token })).toThrow(words);
      await expect(createOtlpReceiver({ collector, token })).rejects.toThrow(words);
    },
  );

  it('refuse what is no collector', () => {
    expect(() => createLiveView({} as TelemetryCollector)).toThrow('createLiveView: expected a TelemetryCollector');
  });
});
