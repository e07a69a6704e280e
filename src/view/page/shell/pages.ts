import type { Route } from '../state/route.js';

interface PageLink {
  readonly page: Exclude<Route['page'], 'trace'>;
  readonly name: string;
}

/** The pages of the navigation, in its order. */
export const PAGE_LINKS: readonly PageLink[] = [
  { page: 'overview', name: 'Overview' },
  { page: 'events', name: 'Events' },
  { page: 'traces', name: 'Traces' },
  { page: 'metrics', name: 'Metrics' },
];
