// what makes items of others' log records and points
export { eventOfRecord } from './log-record-transform.js';
export { metricsOfData } from './metric-transform.js';
export { eventAfterProcessors } from './reconcile.js';
