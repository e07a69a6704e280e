import type { ResolvedQuery } from '../../model/query.js';
import { severityNumberOf } from '../../model/severity.js';
import { OWN } from './attributes.js';
import { addMap, type Conditions, isBindable, wholeTokens } from './conditions.js';

/** Of the exporter's present versions, and of earlier ones. */
const IS_ERROR = "StatusCode IN ('Error', 'STATUS_CODE_ERROR')";
const OWN_TYPE = `SpanAttributes['${OWN.type}'] != ''`;

/** Asks for spans. */
export function addSpans(conditions: Conditions, query: ResolvedQuery, columns: ReadonlySet<string>): void {
  const { eventTypes, minSeverity, source, text, traceId, metadata } = query;
  if (eventTypes !== undefined) {
    const parts = [OWN_TYPE];
    if (eventTypes.has('error')) parts.push(IS_ERROR);
    if (eventTypes.has('info')) parts.push(`NOT ${IS_ERROR}`);
    conditions.add(`(${parts.join(' OR ')})`);
  }
  if (minSeverity !== undefined && minSeverity > severityNumberOf('info')) {
    // a span has no severity but that of its type, unless somebody gave it one
    const given = `position(SpanAttributes['${OWN.otel}'], '"severityNumber"') > 0`;
    const isError = minSeverity > severityNumberOf('error') ? [] : [IS_ERROR];
    conditions.add(`(${[...isError, OWN_TYPE, given].join(' OR ')})`);
  }
  if (isBindable(source)) {
    const bound = conditions.bind(source);
    const names = [`ServiceName = ${bound}`, `SpanAttributes['${OWN.source}'] = ${bound}`];
    if (columns.has('ScopeName')) names.push(`ScopeName = ${bound}`);
    if (source === 'unknown') names.push("ServiceName = ''");
    conditions.add(`(${names.join(' OR ')})`);
  }
  if (isBindable(text) && text !== '') {
    // the index of tokens leaves out whole blocks of rows
    for (const token of wholeTokens(text))
      conditions.add(`hasToken(lower(SpanName), ${conditions.bind(token.toLowerCase())})`);
    conditions.add(`position(SpanName, ${conditions.bind(text)}) > 0`);
  }
  if (isBindable(traceId)) conditions.add(`TraceId = ${conditions.bind(traceId)}`);
  addMap(conditions, 'SpanAttributes', metadata);
}
