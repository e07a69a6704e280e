import { sendJson } from '../http/send.js';
import { live } from '../live/live-endpoint.js';
import { chart } from './chart-endpoint.js';
import type { Endpoint } from './context.js';
import { exportItems } from './export-endpoint.js';
import { itemsEndpoint } from './items-endpoint.js';
import { metricNames } from './metric-names-endpoint.js';
import { patterns } from './patterns-endpoint.js';
import { stats } from './stats-endpoint.js';
import { traces } from './traces-endpoint.js';

/** What the API answers, by the path below `api/`. */
export const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['live', live],
  ['events', itemsEndpoint(['event'])],
  ['metrics', itemsEndpoint(['metric'])],
  ['items', itemsEndpoint(['event', 'metric'])],
  ['stats', stats],
  ['patterns', patterns],
  ['metric-names', metricNames],
  ['chart', chart],
  ['traces', traces],
  ['export', exportItems],
  ['overview', ({ feed }, { response }) => sendJson(response, feed.overview())],
]);
