import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { bearerOf, type RequestAccess } from '../../runtime/request-access.js';
import { send, sendJson } from './send.js';

const SCRIPT = `const form = document.querySelector('form');
const { token } = form.elements;
const say = (text) => {
  document.querySelector('output').textContent = text;
};
const askFor = async (path, init, refused) => {
  const answer = await fetch(path, init).catch(() => {
    throw new Error('The server does not answer.');
  });
  if (answer.ok) return;
  if (answer.status === 401) throw new Error(refused);
  const { error } = await answer.json().catch(() => ({}));
  throw new Error('The server answers ' + answer.status + (error ? ': ' + error : '.'));
};
const signIn = async () => {
  const given = token.value.trim();
  // fetch() fails on what no header can hold, as it does if nobody answers
  if (/[^\\x21-\\xff]/.test(given)) throw new Error('This can\\'t be the token: it has a character that no token has.');
  const shown = { method: 'POST', headers: { authorization: 'Bearer ' + given } };
  await askFor('session', shown, 'This is not the token.');
  await askFor('api/overview', {}, 'The browser did not keep the cookie of this page: allow it.');
  location.reload();
};
form.addEventListener('submit', (event) => {
  event.preventDefault();
  say('');
  signIn().catch((error) => {
    say(error.message);
    token.select();
  });
});
`;

const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { background: Canvas; color: CanvasText; }
main { max-width: 24rem; margin: 15vh auto; padding: 0 1rem; }
input, button { font: inherit; padding: 0.4rem 0.6rem; }
h1 { font-size: 1.25rem; }
input { width: 100%; box-sizing: border-box; margin: 0.25rem 0 0.75rem; }
output { display: block; min-height: 1.5em; margin-top: 0.75rem; color: #c01f2a; }
@media (prefers-color-scheme: dark) { output { color: #ff8078; } }
`;

// without it a browser asks for /favicon.ico, which may be another one's
const ICON = '<link rel="icon" href="icon.svg" type="image/svg+xml">';

const FORM = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>RIMP telemetry</title>
    ${ICON}
    <link rel="stylesheet" href="sign-in.css">
    <script type="module" src="sign-in.js"></script>
  </head>
  <body>
    <main>
      <h1>RIMP telemetry</h1>
      <form method="post" action="session">
        <label>Token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
        <button>Sign in</button>
        <output aria-live="polite">{said}</output>
      </form>
    </main>
  </body>
</html>
`;

// a page that goes on by itself: the cookie of a redirect is not sent if the link was on another site
const GO_ON = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    ${ICON}
    <meta http-equiv="refresh" content="0;url=./">
    <title>RIMP telemetry</title>
  </head>
  <body><a href="./">RIMP telemetry</a></body>
</html>
`;

const FILES: ReadonlyMap<string, readonly [type: string, text: string]> = new Map([
  ['sign-in.js', ['text/javascript; charset=utf-8', SCRIPT]],
  ['sign-in.css', ['text/css; charset=utf-8', STYLE]],
]);

/** How a person in a browser shows the token: once, then by a cookie that holds a digest of it. */
export class SignIn {
  readonly #access: RequestAccess;
  readonly #name: string;
  readonly #value: Buffer;

  constructor(access: RequestAccess, token: string) {
    this.#access = access;
    this.#value = Buffer.from(digestOf(`rimp-view ${token}`));
    // cookies know no ports: each server of a machine has its own
    this.#name = `rimp-view-${digestOf(`rimp-view-name ${token}`).slice(0, 8)}`;
  }

  /** Whether a request shows the token, in its header or by the cookie. */
  isSignedIn({ headers }: IncomingMessage): boolean {
    const bearer = bearerOf(headers);
    if (bearer !== undefined) return this.#access.isToken(bearer);
    const cookies = headers.cookie?.split(/;\s*/) ?? [];
    const given = cookies.find((cookie) => cookie.startsWith(`${this.#name}=`))?.slice(this.#name.length + 1) ?? '';
    return (
      given.length === this.#value.length &&
      timingSafeEqual(Buffer.from(given.padEnd(this.#value.length).slice(0, this.#value.length), 'latin1'), this.#value)
    );
  }

  /** Answers `?token=…`: the cookie, and on to the page. */
  exchange(request: IncomingMessage, response: ServerResponse, token: string): void {
    if (this.#access.isToken(token)) this.#html(response, 200, GO_ON, { 'set-cookie': this.#cookie(request) });
    else this.ask(response, 'The token in the address is not the right one.');
  }

  /** Answers `POST session`, which has the token in its header. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    if (this.#access.isToken(bearerOf(request.headers) ?? ''))
      send(response, 204, { 'set-cookie': this.#cookie(request), 'cache-control': 'no-store' });
    else sendJson(response, { error: 'expected Authorization: Bearer with the right token' }, 401);
  }

  /**
   * Asks for the token.
   *
   * @param said - what was wrong before, as HTML.
   */
  ask(response: ServerResponse, said = ''): void {
    this.#html(response, 401, FORM.replace('{said}', said), {});
  }

  /** @returns whether there is such a file. */
  sendFile(response: ServerResponse, name: string): boolean {
    const [type, text] = FILES.get(name) ?? [];
    if (type === undefined) return false;
    send(response, 200, { 'content-type': type, 'cache-control': 'no-cache' }, text);
    return true;
  }

  #html(response: ServerResponse, status: number, html: string, headers: Readonly<Record<string, string>>): void {
    send(
      response,
      status,
      { ...headers, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
      html,
    );
  }

  /** Without a path: it is that of the page, whatever is in front of it. */
  #cookie({ socket, headers }: IncomingMessage): string {
    // who says falsely that it came by https has a cookie less
    const proxied = `${headers['x-forwarded-proto']?.toString() ?? ''},${headers.forwarded ?? ''}`;
    const isSecure = (socket as Partial<TLSSocket>).encrypted === true || /^https\b|\bproto="?https\b/i.test(proxied);
    return `${this.#name}=${this.#value.toString('latin1')}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
