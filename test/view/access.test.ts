import { createServer, request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLiveView, TelemetryCollector } from 'rimp-telemetry';
import { closeViews, listening, type ServedView, serveView } from '../helpers/live-view.js';

afterEach(closeViews);

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request whose path and headers are sent as they are. */
function ask(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: hostname, port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += String(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

const cookieOf = ({ headers }: Answer): string => String(headers['set-cookie']).split(';')[0] ?? '';

describe('a live view without a token', () => {
  it.each([
    ['evil.example', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example:80', 403],
    ['localhost:1', 200],
    ['[::1]', 200],
    ['view', 200],
  ])('answers the Host %s with %i', async (host, status) => {
    const { url } = await serveView();
    for (const path of ['/', '/api/overview', '/icon.svg'])
      expect((await ask(url, path, { host })).status).toBe(status);
  });

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://view' }, 200],
    [{ origin: 'http://view' }, 200],
  ])('answers a request of %j to its API with %i', async (headers, status) => {
    const { url } = await serveView();
    expect((await ask(url, '/api/overview', { host: 'view', ...headers })).status).toBe(status);
    expect((await ask(url, '/api/export', { host: 'view', ...headers })).status).toBe(status);
    // a link on another site may lead to the page, which says nothing by itself
    expect((await ask(url, '/', { host: 'view', ...headers })).status).toBe(200);
  });

  it('answers other machines with 403 and the reason', async () => {
    const outer = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    // a machine without a network has no others
    if (outer === undefined) return;
    const collector = new TelemetryCollector();
    const server = createServer(createLiveView(collector));
    const { port } = new URL(await listening(server, '0.0.0.0'));
    const { status, text } = await ask(`http://${outer}:${port}`, '/api/overview');
    expect([status, text]).toEqual([403, expect.stringContaining('need a token')]);
    await collector.shutdown();
  });

  it.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/index.html',
    '//etc/passwd',
    '/api/../api/x',
    '/__proto__',
    '/api/constructor',
  ])('knows no file but its own: %s', async (path) => {
    const { url } = await serveView();
    expect((await ask(url, path)).status).toBe(404);
  });

  it('sends its files with a strict policy, compressed if that is taken, and says when they are unchanged', async () => {
    const { url } = await serveView();
    const page = await ask(url, '/');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self';/);
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    const script = /src="(app\.[0-9a-f]+\.js)"/.exec(page.text)?.[1] ?? '';
    const zipped = await ask(url, `/${script}`, { 'accept-encoding': 'br, gzip;q=0.5' });
    expect(zipped.headers).toMatchObject({
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect((await ask(url, `/${script}`, { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding']).toBe(
      undefined,
    );
    const again = await ask(url, '/', { 'if-none-match': String(page.headers.etag) });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await ask(url, '/', {}, 'HEAD')).text).toBe('');
    expect((await ask(url, '/', {}, 'POST')).status).toBe(405);
  });
});

describe('a live view with a token', () => {
  const served = (): Promise<ServedView> => serveView({ token: 'se-cret' });

  it('wants it for its API, in the header or by a cookie', async () => {
    const { url } = await served();
    expect((await ask(url, '/api/overview')).status).toBe(401);
    expect((await ask(url, '/api/live')).status).toBe(401);
    expect((await ask(url, '/api/overview', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await ask(url, '/api/overview', { authorization: 'Bearer se-cret' })).status).toBe(200);
    const session = await ask(url, '/session', { authorization: 'Bearer se-cret' }, 'POST');
    expect(session.status).toBe(204);
    expect(String(session.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(String(session.headers['set-cookie'])).not.toContain('se-cret');
    expect((await ask(url, '/api/overview', { cookie: `other=1; ${cookieOf(session)}` })).status).toBe(200);
    expect((await ask(url, '/api/overview', { cookie: `${cookieOf(session)}x` })).status).toBe(401);
    expect((await ask(url, '/api/overview', { cookie: `${cookieOf(session).slice(0, -1)}é` })).status).toBe(401);
  });

  it('asks a person for it, and shows the page to whoever has given it', async () => {
    const { url } = await served();
    const form = await ask(url, '/');
    expect([form.status, form.text]).toEqual([401, expect.stringContaining('type="password"')]);
    for (const name of ['sign-in.js', 'sign-in.css']) expect((await ask(url, `/${name}`)).status).toBe(200);
    const wrong = await ask(url, '/session', { authorization: 'Bearer wrong' }, 'POST');
    expect([wrong.status, wrong.headers['set-cookie']]).toEqual([401, undefined]);
    const link = await ask(url, '/?token=se-cret', { 'sec-fetch-site': 'cross-site' });
    // no redirect: after a link on another site a browser would leave the cookie out
    expect([link.status, link.text]).toEqual([200, expect.stringContaining('http-equiv="refresh"')]);
    const page = await ask(url, '/', { cookie: cookieOf(link) });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('id="app"')]);
    expect((await ask(url, '/?token=wrong')).status).toBe(401);
  });

  it('lets no page of another site sign in', async () => {
    const { url } = await served();
    const headers = { authorization: 'Bearer se-cret', 'sec-fetch-site': 'cross-site' };
    expect((await ask(url, '/session', headers, 'POST')).status).toBe(403);
  });
});

describe('a live view behind a proxy of the same machine', () => {
  const forwarded = [
    { 'x-forwarded-for': '203.0.113.5' },
    { 'x-forwarded-for': '127.0.0.1, 203.0.113.5' },
    { 'x-real-ip': '2001:db8::1' },
    { forwarded: 'for="[2001:db8::1]:1234";proto=https' },
  ];

  it('is closed to other machines unless somebody has thought of them', async () => {
    const { url } = await serveView();
    for (const headers of forwarded)
      expect(await ask(url, '/api/overview', headers)).toMatchObject({
        status: 403,
        text: expect.stringMatching(/a proxy passes this request on.*token.*allowedHosts/),
      });
    // what a development server of this machine passes on
    for (const from of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
      expect((await ask(url, '/api/overview', { 'x-forwarded-for': from })).status).toBe(200);
    const named = await serveView({ allowedHosts: ['ops.example.com'] });
    const withToken = await serveView({ token: 'se-cret' });
    for (const headers of forwarded) {
      expect((await ask(named.url, '/api/overview', headers)).status).toBe(200);
      expect((await ask(withToken.url, '/api/overview', headers)).status).toBe(401);
    }
  });

  it('sets a cookie for HTTPS alone if the proxy was asked by it', async () => {
    const { url } = await serveView({ token: 'se-cret' });
    for (const headers of [{ 'x-forwarded-proto': 'https' }, { forwarded: 'for=192.0.2.1;proto=https' }]) {
      const session = await ask(url, '/session', { ...headers, authorization: 'Bearer se-cret' }, 'POST');
      expect(String(session.headers['set-cookie'])).toMatch(/; Secure$/);
    }
  });
});
