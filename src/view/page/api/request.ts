import type { ApiError, ItemLine } from '../../api-types.js';

/** The server's answer that something is wrong, or that it did not answer. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** The answer's status; 0 if there was none. */
  readonly status: number;
  /** The expression of `where` that is wrong, if the answer names one. */
  readonly where: string | undefined;

  constructor(message: string, status: number, where?: string) {
    super(message);
    this.status = status;
    this.where = where;
  }
}

/** Parameters of a request: texts, lists of them, or nothing. */
export type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** The address of the API's `path` beside this page, such as `api/events?limit=10`. */
export function apiUrl(path: string, parameters: Parameters = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === '') continue;
    for (const each of typeof value === 'object' ? value : [String(value)]) search.append(name, each);
  }
  return search.size === 0 ? `api/${path}` : `api/${path}?${search.toString()}`;
}

/**
 * Asks the API.
 *
 * @throws RequestError in words for people. An abort by `signal` throws its reason.
 */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', cache: 'no-store', ...init });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new RequestError('The server does not answer.', 0);
  }
  if (response.ok) return response;
  const { error, where } = await problemOf(response);
  throw new RequestError(error, response.status, where);
}

/** The JSON that the API answers with. */
export async function getJson<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  const response = await request(apiUrl(path, parameters), signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

/** Items as the API answers with, and the cursor to go on after; none if that was all. */
export interface ItemPage<T extends ItemLine> {
  readonly items: readonly T[];
  readonly cursor: string | undefined;
}

/** One answer of lines of JSON. */
export async function getItems<T extends ItemLine>(
  path: 'events' | 'metrics' | 'items',
  parameters: Parameters,
  signal?: AbortSignal,
): Promise<ItemPage<T>> {
  const response = await request(apiUrl(path, parameters), signal === undefined ? {} : { signal });
  const text = await response.text();
  const items = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
  return {
    items,
    cursor:
      response.headers.get('rimp-end') === 'true' ? undefined : (response.headers.get('rimp-cursor') ?? undefined),
  };
}

async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as Partial<ApiError>;
    if (typeof problem.error === 'string' && problem.error !== '') return { ...problem, error: problem.error };
  } catch {
    // no JSON: an answer of a proxy
  }
  return { error: `The server answered with status ${response.status}${text === '' ? '' : `: ${text.slice(0, 300)}`}` };
}
