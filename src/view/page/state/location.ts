import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { changed, type Filter, type FilterChange } from './filter.js';
import { hashOf, type Place, placeFrom, type Route } from './route.js';

const current = signal<Place>(placeFrom(location.hash));
window.addEventListener('hashchange', () => {
  current.value = placeFrom(location.hash);
});

/** What the URL's hash holds. */
export const place: ReadonlySignal<Place> = current;
const routeText = computed(() => hashOf({ ...current.value, filter: {}, view: {} }));
/** The page shown. It changes only when another page is shown. */
export const route: ReadonlySignal<Route> = computed(() => placeFrom(routeText.value).route);
const filterText = computed(() => hashOf({ route: { page: 'overview' }, filter: current.value.filter, view: {} }));
/** The page's filter. It changes only when a condition changes. */
export const filter: ReadonlySignal<Filter> = computed(() => placeFrom(filterText.value).filter);

/** A value that the page keeps in the URL, such as its tab; `''` if it isn't there. */
export function viewValue(name: string): string {
  return current.value.view[name] ?? '';
}

/** Changes values that the page keeps in the URL, without a new entry in the browser's history. */
export function setView(change: Readonly<Record<string, string | undefined>>): void {
  show({ ...current.peek(), view: withoutEmpty({ ...current.peek().view, ...change }) }, 'replace');
}

/**
 * Changes conditions of the filter.
 *
 * @param how - `'replace'` while somebody types, so that "back" does not go letter by letter.
 */
export function setFilter(change: FilterChange, how: 'push' | 'replace' = 'push'): void {
  show({ ...current.peek(), filter: changed(current.peek().filter, change) }, how);
}

/** Leaves the whole filter, but for whether spans are shown. */
export function clearFilter(): void {
  const { spans } = current.peek().filter;
  show({ ...current.peek(), filter: changed({}, { spans }) }, 'push');
}

/** A place to link to: a page with a filter, and nothing of the present one unless it is given. */
export function linkTo(
  target: Route | Exclude<Route['page'], 'trace'>,
  targetFilter: FilterChange = {},
  view: Readonly<Record<string, string>> = {},
): string {
  return hashOf({
    route: typeof target === 'string' ? { page: target } : target,
    filter: changed({}, targetFilter),
    view,
  });
}

/** Goes to a place that {@link linkTo} named. */
export function goTo(link: string): void {
  show(placeFrom(link), 'push');
}

function show(next: Place, how: 'push' | 'replace'): void {
  const hash = hashOf(next);
  if (hash === hashOf(current.peek())) return;
  if (how === 'push') history.pushState(null, '', hash);
  else history.replaceState(null, '', hash);
  current.value = next;
}

function withoutEmpty(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => !!entry[1]));
}
