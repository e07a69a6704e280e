// what makes items of others' log records, spans and points
export { isChangedRecordOf } from './changed-record.js';
export { eventOfRecord } from './log-record-transform.js';
export { eachMetricOfData, metricsOfData } from './metric-transform.js';
export { eventAfterProcessors } from './reconcile.js';
export { eventOfSpan, isSampled } from './span-transform.js';
