import type { IncomingMessage } from 'node:http';
import { targetOf } from '../../runtime/request-access.js';

/** What of the view a request asks for. */
export interface Place {
  /** The path within the view, without a slash in front; empty for the page. */
  readonly name: string;
  /** Where to go instead, relative to the request's path: addresses in the page are relative to a directory. */
  readonly redirect: string | undefined;
}

/**
 * What of the view a request asks for; `undefined` if its path is not below the one at which the view is mounted.
 *
 * @param path - where the view is mounted; if it is not known, what Express, Connect and the like have cut off `url`, else
 * `/`.
 */
export function placeOf(request: IncomingMessage, path: string | undefined): Place | undefined {
  const { originalUrl, baseUrl } = request as { readonly originalUrl?: unknown; readonly baseUrl?: unknown };
  const rest = targetOf(request).path;
  const full = typeof originalUrl === 'string' ? (originalUrl.split('?', 1)[0] as string) : rest;
  const base = (path ?? (typeof baseUrl === 'string' ? baseUrl : cutOff(full, rest))).replace(/\/+$/, '');
  if (full === base || (full === '' && base === '')) {
    const last = base.slice(base.lastIndexOf('/') + 1);
    return { name: '', redirect: `${last}/` };
  }
  if (!full.startsWith(`${base}/`)) return undefined;
  return { name: full.slice(base.length + 1), redirect: undefined };
}

/** What stands in `full` before `rest`; a mount at a whole path leaves `/` of it. */
function cutOff(full: string, rest: string): string {
  if (full.endsWith(rest)) return full.slice(0, full.length - rest.length);
  return rest === '/' ? full : '';
}
