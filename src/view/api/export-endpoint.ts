import type { ServerResponse } from 'node:http';
import { CSV_HEADER, csvLine, defused } from '../../analysis/csv.js';
import type { TelemetryItem } from '../../model/item.js';
import { begin } from '../http/send.js';
import { drained } from '../http/stall.js';
import { itemLine } from '../item-line.js';
import type { ApiContext, ApiRequest } from './context.js';
import { FILTER_NAMES, filterOf } from './item-filter.js';
import { kindsOf } from './kinds.js';
import { Parameters } from './parameters.js';
import { breathe, readFailure } from './scan.js';

const CHUNK_ITEMS = 200;

const FORMATS = {
  jsonl: { type: 'application/x-ndjson', head: '', line: itemLine },
  csv: { type: 'text/csv; charset=utf-8', head: `${CSV_HEADER}\r\n`, line: csvLine(defused) },
} as const;

/** `GET api/export?format=jsonl|csv`: all that a filter asks for, as a file. */
export async function exportItems(context: ApiContext, { response, search, signal }: ApiRequest): Promise<void> {
  const { host } = context;
  const given = new Parameters(search, [...FILTER_NAMES, 'format', 'kinds', 'order']);
  const format = given.word('format', ['jsonl', 'csv']) ?? 'jsonl';
  const now = new Date(host.clock.now());
  const { query, rest } = filterOf(given, kindsOf(given), now);
  const order = given.word('order', ['asc', 'desc']) ?? 'asc';
  const release = await context.exports.take(signal);
  try {
    await host.flush?.();
    const items = host.storage.scan({ ...query, order })[Symbol.asyncIterator]();
    try {
      // a storage that can't be read is to be an answer in words
      const first = await items.next().catch(readFailure);
      const { type, head, line } = FORMATS[format];
      const stamp = now.toISOString().replace(/[:.]/g, '-');
      begin(response, {
        'content-type': type,
        'content-disposition': `attachment; filename="rimp-${stamp}.${format}"`,
      });
      if (head !== '') response.write(head);
      const wanted = (item: TelemetryItem): boolean => rest === undefined || rest(item);
      const end = format === 'csv' ? '\r\n' : '\n';
      await write(response, first, items, signal, host, (item) => (wanted(item) ? line(item) + end : ''));
    } finally {
      await items.return?.();
    }
    response.end();
  } finally {
    release();
  }
}

async function write(
  response: ServerResponse,
  first: IteratorResult<TelemetryItem>,
  items: AsyncIterator<TelemetryItem>,
  signal: AbortSignal,
  host: ApiContext['host'],
  lineOf: (item: TelemetryItem) => string,
): Promise<void> {
  let lines: string[] = [];
  let read = 0;
  for (let next = first; next.done !== true; next = await items.next()) {
    lines.push(lineOf(next.value));
    read += 1;
    if (read % CHUNK_ITEMS !== 0) continue;
    const text = lines.join('');
    lines = [];
    const isTaken = text === '' || response.write(text);
    if (isTaken) await breathe();
    else await drained(response, host, 'a download', signal);
    if (signal.aborted || response.destroyed) return;
  }
  response.write(lines.join(''));
}
