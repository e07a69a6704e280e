import { CSV_HEADER } from '../../analysis/csv.js';
import type { TelemetryItem } from '../../model/item.js';
import { filterOf } from '../filter/filter.js';
import { counted, grouped } from '../format.js';
import { hasColours, painter } from '../output/colours.js';
import { DataOutput } from '../output/data-output.js';
import { csvFormat, type Format, jsonFormat, logfmtFormat, templateFormat } from '../output/formats.js';
import { err } from '../output/output.js';
import { Rows } from '../output/rows.js';
import { showTime } from '../output/show-time.js';
import { openSources } from '../source/open-source.js';
import { unreadableNote } from '../source/unreadable.js';
import { untilAborted, untilSignal } from '../until-signal.js';
import type { QueryValues } from './query.js';

/** Rows of which the widths of the columns are known before the first is written. */
const PREPARED_ROWS = 200;

/** Finds and prints; resolves to the exit status. */
export async function runQuery(values: QueryValues, names: readonly string[]): Promise<number> {
  const { query, test } = filterOf(values);
  const output = new DataOutput();
  const rows = new Rows({
    paint: painter(hasColours(output.isTerminal, values.color)),
    showTime: (time) => showTime(time, values.utc === true),
    isFull: values.full === true,
  });
  const format = formatOf(values, output.isTerminal, rows);
  const source = await openSources(names);
  const { signal, release } = untilSignal();
  const limit = values.limit ?? Number.POSITIVE_INFINITY;
  let found = 0;
  let hasMore = false;
  const show = async (items: readonly TelemetryItem[]): Promise<void> => {
    for (const item of items) await output.line(format(item));
  };
  try {
    if (values.csv === true) await output.line(CSV_HEADER);
    const asked = { ...query, ...(values.reverse === true && { order: 'desc' as const }) };
    let waiting: TelemetryItem[] | undefined = [];
    for await (const page of untilAborted(source.pages(asked), signal)) {
      const items = page.filter(test);
      const kept = items.slice(0, limit - found);
      hasMore = items.length > kept.length;
      found += kept.length;
      if (waiting !== undefined) {
        // not as arguments: a page may be a whole file
        for (const item of kept) waiting.push(item);
        if (waiting.length >= PREPARED_ROWS) {
          rows.prepare(waiting);
          await show(waiting);
          waiting = undefined;
        }
      } else {
        await show(kept);
      }
      if (hasMore || signal.aborted || output.gone.aborted) break;
    }
    if (waiting !== undefined) {
      rows.prepare(waiting);
      await show(waiting);
    }
    await output.flush();
  } finally {
    release();
    await source.close();
  }
  if (output.gone.aborted) return 0;
  const say = (text: string): void => err.line(`rimp query: ${text}`);
  if (signal.aborted) say(`ended by a signal after ${counted(found, 'item')}`);
  if (hasMore) say(`cut off after ${counted(found, 'item')}, there are more: -n takes another number`);
  if (rows.cut > 0) say(`long values that were cut: ${grouped(rows.cut)}; --full shows them whole`);
  const note = unreadableNote(source);
  if (note !== undefined) say(note);
  return found > 0 ? 0 : 1;
}

function formatOf(values: QueryValues, isTerminal: boolean, rows: Rows): Format {
  if (values.json === true) return jsonFormat(isTerminal);
  if (values.csv === true) return csvFormat(isTerminal);
  if (values.logfmt === true) return logfmtFormat();
  if (values.template !== undefined) return templateFormat(values.template, values.utc === true);
  return (item) => rows.row(item);
}
