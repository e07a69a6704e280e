import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { FileStorage } from 'rimp-telemetry';
import { freePort } from '../helpers/free-port.js';
import { run } from '../helpers/fresh-app.js';
import { closeSinks, jsonRecords, otlpSink } from '../helpers/otlp-sink.js';

const root = process.cwd();
const recipes = join(root, 'docs', 'recipes');
// below the package, so that the programs find it, and what they import, by name
const directory = join(root, 'build', `recipes-${process.pid}`);
const started = new Set<string>();

afterAll(async () => {
  await closeSinks();
  rmSync(directory, { recursive: true, force: true });
});

/** Writes the programs of a page, each named by its first line, into a directory of its own. */
function programsOf(page: string): string {
  started.add(page);
  mkdirSync(directory, { recursive: true });
  const folder = mkdtempSync(join(directory, `${page.replace('.md', '')}-`));
  const text = readFileSync(join(recipes, page), 'utf8');
  for (const [, name = '', code = ''] of text.matchAll(/```js\n\/\/ (\S+)\n([\s\S]*?)```/g))
    writeFileSync(join(folder, name), code);
  return folder;
}

/** The arguments of `node` in the last line of shell of a page. */
function nodeArguments(page: string): string[] {
  const [, line] = /```sh\nnode (.*)\n```/.exec(readFileSync(join(recipes, page), 'utf8')) ?? [];
  if (line === undefined) throw new Error(`${page} has no line with node`);
  return line.split(' ');
}

/** Starts a program, waits for its first line, and ends it with SIGTERM after `visit`. */
async function serve(
  folder: string,
  args: string[],
  visit: (line: string) => Promise<unknown>,
  env: Record<string, string> = {},
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      await visit(line);
      break;
    }
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

const stored = (folder: string, file = 'telemetry.jsonl') => new FileStorage(join(folder, file)).retrieve();

describe('the recipe of', () => {
  it.each([
    { page: 'express.md', none: 'none' },
    { page: 'fastify.md', none: 'none' },
  ])('$page measures each request by its route, and keeps the error of one that failed', async ({ page, none }) => {
    const folder = programsOf(page);
    const ended = await serve(folder, ['app.mjs'], async (url) => {
      for (const path of ['/users/1', '/users/2', '/users/0', '/nowhere']) await (await fetch(url + path)).text();
    });
    expect(ended).toEqual({ code: 0, stderr: '' });
    const { events, metrics } = await stored(folder);
    expect(metrics.map(({ name, tags }) => [name, tags])).toEqual([
      ['http_response_time', { route: '/users/:id', status: 200 }],
      ['http_response_time', { route: '/users/:id', status: 200 }],
      ['http_response_time', { route: '/users/:id', status: 500 }],
      ['http_response_time', { route: none, status: 404 }],
    ]);
    expect(events).toMatchObject([
      { message: 'Request failed', eventType: 'error', metadata: { path: '/users/0', method: 'GET' } },
    ]);
    expect(JSON.stringify(events[0]?.metadata)).toContain('no such user');
  });

  it.each([
    { page: 'pino.md', source: 'checkout' },
    { page: 'winston.md', source: 'checkout' },
  ])('$page makes an event of each line, with its fields and its source', async ({ page, source }) => {
    const folder = programsOf(page);
    const { stdout, stderr, status } = await run(process.execPath, nodeArguments(page), { cwd: folder });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout.trim().split('\n').length).toBe(2);
    expect((await stored(folder)).events).toMatchObject([
      { source, message: 'paid', eventType: 'info', metadata: { cart: 42 } },
      { source, message: 'card declined', eventType: 'warning', metadata: { cart: 43 } },
    ]);
  });

  it('prometheus.md answers a scrape with counters of requests', async () => {
    const folder = programsOf('prometheus.md');
    let scrape = '';
    const { code } = await serve(folder, nodeArguments('prometheus.md'), async (url) => {
      for (const path of ['/a', '/a', '/b']) await (await fetch(url + path)).text();
      scrape = await (await fetch(`${url}/metrics`)).text();
    });
    expect(code).toBe(0);
    expect(scrape.split('\n').filter((line) => line.startsWith('orders_total'))).toEqual([
      'orders_total{route="/a"} 2',
      'orders_total{route="/b"} 1',
    ]);
  });

  it('node-sdk.md brings events with the trace id of their request, and the metrics of the instrumentation', async () => {
    const folder = programsOf('node-sdk.md');
    const sink = await otlpSink();
    const visit = async (url: string): Promise<string> => (await fetch(url)).text();
    await serve(folder, nodeArguments('node-sdk.md'), visit, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
    const { events, metrics } = await stored(folder);
    expect(events).toMatchObject([{ message: 'served', otel: { traceId: expect.stringMatching(/^[0-9a-f]{32}$/) } }]);
    expect(metrics.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^http\.server\..*duration\.count$/));
    expect(new Set(sink.requests.map(({ path }) => path))).toEqual(new Set(['/v1/logs', '/v1/metrics', '/v1/traces']));
  });

  it('traces.md keeps the spans of a request with its log record, and exports them', async () => {
    const folder = programsOf('traces.md');
    const sink = await otlpSink();
    const visit = async (url: string): Promise<string> => (await fetch(url)).text();
    await serve(folder, nodeArguments('traces.md'), visit, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
    const { events } = await stored(folder);
    const spans = events.filter(({ otel }) => otel?.span !== undefined);
    expect(spans.map(({ message }) => message)).toEqual(['find order', 'GET']);
    expect(spans[0]?.otel?.span?.parentSpanId).toBe(spans[1]?.otel?.spanId);
    expect(new Set(events.map(({ otel }) => otel?.traceId)).size).toBe(1);
    expect(events.map(({ message }) => message)).toContain('order found');
    expect(sink.requests.map(({ path }) => path)).toContain('/v1/traces');
  });

  it('node-sdk.md keeps what was collected if the endpoint is away', async () => {
    const folder = programsOf('node-sdk.md');
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
    };
    const visit = async (url: string): Promise<string> => (await fetch(url)).text();
    const { code, stderr } = await serve(folder, nodeArguments('node-sdk.md'), visit, env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('ECONNREFUSED') });
    expect((await stored(folder)).events).toMatchObject([{ message: 'served' }]);
  });

  it.each(['collector', 'start-telemetry', 'own-handler'])(
    'shutdown.md hands on everything at SIGTERM: %s',
    async (name) => {
      const folder = programsOf('shutdown.md');
      await serve(folder, [`${name}.mjs`], async () => undefined);
      const { events } = await stored(folder, `${name}.jsonl`);
      const messages = events.map(({ message }) => message);
      expect(messages).toEqual(name === 'own-handler' ? ['started', 'stopped'] : ['started']);
    },
  );

  it('stream.md hands on what is collected, and stores it', async () => {
    const folder = programsOf('stream.md');
    const { stdout } = await run(process.execPath, nodeArguments('stream.md'), { cwd: folder });
    expect(stdout).toBe('1 events, 1 metrics\n');
    expect((await stored(folder)).size).toBe(2);
  });

  it('testing.md passes with jest and with vitest', async () => {
    const folder = programsOf('testing.md');
    const tool = (name: string, ...path: string[]) => join(root, 'node_modules', name, ...path);
    writeFileSync(join(folder, 'jest.config.json'), '{ "transform": {}, "testMatch": ["**/*.test.cjs"] }');
    const [jest, vitest] = await Promise.all([
      run(process.execPath, [tool('jest', 'bin', 'jest.js'), '--config', 'jest.config.json'], { cwd: folder }),
      run(process.execPath, [tool('vitest', 'vitest.mjs'), 'run', 'cart.test.mjs'], {
        cwd: folder,
        env: { NO_COLOR: '1' },
      }),
    ]);
    expect(jest).toMatchObject({ status: 0, stderr: expect.stringContaining('3 passed, 3 total') });
    expect(vitest).toMatchObject({ status: 0, stdout: expect.stringContaining('1 passed') });
  });

  it('lambda.md has sent what an invocation collected when its handler returns or throws', async () => {
    const folder = programsOf('lambda.md');
    const sink = await otlpSink();
    writeFileSync(
      join(folder, 'invoke.mjs'),
      `import { handler } from ${JSON.stringify(pathToFileURL(join(folder, 'handler.mjs')).href)};
      const context = { awsRequestId: 'r1', getRemainingTimeInMillis: () => 3000 };
      const answer = await handler({ id: 7, total: 20 }, context);
      const error = await handler({ id: 8, total: -1 }, { ...context, awsRequestId: 'r2' }).catch((e) => e.message);
      // what is not sent by now is never sent
      process.kill(process.pid, 'SIGKILL', console.log(JSON.stringify({ answer, error })));`,
    );
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
    const { stdout } = await run(process.execPath, ['invoke.mjs'], { cwd: folder, env });
    expect(JSON.parse(stdout)).toEqual({ answer: { statusCode: 200 }, error: 'a negative total' });
    expect(jsonRecords(sink.requests).map(({ record }) => record.body)).toEqual([
      { stringValue: 'Order received' },
      { stringValue: 'Order received' },
      { stringValue: 'Invocation failed' },
    ]);
    expect(sink.requests.filter(({ path }) => path === '/v1/metrics').length).toBeGreaterThan(0);
  });

  it('every page is run by a test, and named in the list', () => {
    const pages = readdirSync(recipes).filter((name) => name !== 'README.md');
    expect(pages.filter((page) => !started.has(page))).toEqual([]);
    const list = readFileSync(join(recipes, 'README.md'), 'utf8');
    expect(pages.filter((page) => !list.includes(`(${page})`))).toEqual([]);
    expect(dirname(recipes)).toBe(join(root, 'docs'));
  });
});
