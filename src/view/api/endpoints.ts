import { sendJson } from '../http/send.js';
import { live } from '../live/live-endpoint.js';
import type { Endpoint } from './context.js';
import { itemsEndpoint } from './items-endpoint.js';

/** What the API answers, by the path below `api/`. */
export const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['live', live],
  ['events', itemsEndpoint(['event'])],
  ['metrics', itemsEndpoint(['metric'])],
  ['items', itemsEndpoint(['event', 'metric'])],
  ['overview', ({ feed }, { response }) => sendJson(response, feed.overview())],
]);
