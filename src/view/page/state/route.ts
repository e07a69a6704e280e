import { type Filter, filterFrom, parametersOf, TEXT_FIELDS } from './filter.js';

/** The pages, and what each has in its path. */
export type Route =
  | { readonly page: 'overview' | 'events' | 'traces' | 'metrics' }
  | { readonly page: 'trace'; readonly traceId: string };

/** All that the URL's hash holds: the page, its filter, and what else the page shows (its tab, its selection). */
export interface Place {
  readonly route: Route;
  readonly filter: Filter;
  /** Parameters that are no filter's. */
  readonly view: Readonly<Record<string, string>>;
}

const FILTER_NAMES: ReadonlySet<string> = new Set([...TEXT_FIELDS, 'where']);

/** The place that a hash such as `#/events?eventTypes=error` names; one that names none is the overview. */
export function placeFrom(hash: string): Place {
  const [path = '', ...search] = hash.replace(/^#?\/?/, '').split('?');
  const parameters = new URLSearchParams(search.join('?'));
  const view: Record<string, string> = {};
  for (const [name, value] of parameters) if (!FILTER_NAMES.has(name)) view[name] = value;
  return { route: routeFrom(path), filter: filterFrom(parameters), view };
}

/** The hash that names a place. */
export function hashOf({ route, filter, view }: Place): string {
  const parameters = parametersOf(filter);
  for (const name of Object.keys(view).sort()) if (view[name] !== '') parameters.set(name, view[name] ?? '');
  const path = route.page === 'trace' ? `trace/${encodeURIComponent(route.traceId)}` : route.page;
  const search = parameters.toString();
  return `#/${path === 'overview' ? '' : path}${search === '' ? '' : `?${search}`}`;
}

function routeFrom(path: string): Route {
  const [page, id = ''] = path.split('/');
  if (page === 'trace' && id !== '') return { page, traceId: decoded(id) };
  if (page === 'events' || page === 'traces' || page === 'metrics') return { page };
  return { page: 'overview' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
