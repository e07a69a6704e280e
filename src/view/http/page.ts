import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { send } from './send.js';

interface Ready {
  readonly type: string;
  readonly isImmutable: boolean;
  readonly gzip: Buffer;
  readonly plain: Buffer;
  readonly etag: string;
}

let loading: Promise<ReadonlyMap<string, Ready>> | undefined;

/** The page's files, which are loaded when the first is asked for. */
function load(): Promise<ReadonlyMap<string, Ready>> {
  loading ??= import('../page-files.js').then(
    ({ PAGE_FILES }) =>
      new Map(
        Object.entries(PAGE_FILES).map(([name, { type, gzip, immutable }]) => {
          const bytes = Buffer.from(gzip, 'base64');
          const etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
          return [name, { type, isImmutable: immutable, gzip: bytes, plain: gunzipSync(bytes), etag }];
        }),
      ),
  );
  return loading;
}

/**
 * Answers with a file of the page.
 *
 * @returns whether there is such a file.
 */
export async function sendPageFile(request: IncomingMessage, response: ServerResponse, name: string): Promise<boolean> {
  const file = (await load()).get(name);
  if (file === undefined) return false;
  const { type, isImmutable, etag, gzip, plain } = file;
  const headers = {
    'content-type': type,
    'cache-control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag,
  };
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag) === true) {
    response.writeHead(304, headers);
    response.end();
    return true;
  }
  const takesGzip = /(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(
    request.headers['accept-encoding']?.toString() ?? '',
  );
  send(response, 200, takesGzip ? { ...headers, 'content-encoding': 'gzip' } : headers, takesGzip ? gzip : plain);
  return true;
}
