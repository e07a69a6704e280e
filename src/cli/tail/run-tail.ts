import type { TelemetryItem } from '../../model/item.js';
import { type Filter, filterOf } from '../filter/filter.js';
import { counted, grouped } from '../format.js';
import { hasColours, painter } from '../output/colours.js';
import { DataOutput } from '../output/data-output.js';
import { type Format, jsonFormat } from '../output/formats.js';
import { err } from '../output/output.js';
import { plainLine, Rows } from '../output/rows.js';
import { showTimeOfDay } from '../output/show-time.js';
import { openSources } from '../source/open-source.js';
import { filtered, firstOf, type ItemSource, type Items, lastOf } from '../source/source.js';
import { isPlainLine } from '../source/stream-source.js';
import { unreadableNote } from '../source/unreadable.js';
import { untilAborted, untilSignal } from '../until-signal.js';
import type { TailValues } from './tail.js';

const LINES = 10;

/** Shows what is there and what comes; resolves to the exit status. */
export async function runTail(values: TailValues, names: readonly string[]): Promise<number> {
  const filter = filterOf(values);
  const output = new DataOutput();
  const rows = new Rows({
    paint: painter(hasColours(output.isTerminal, values.color)),
    showTime: (time) => showTimeOfDay(time, values.utc === true, new Date()),
    isFull: values.full === true,
  });
  const format = values.json === true ? jsonFormat(output.isTerminal) : formatOf(rows);
  // a stream is shown as it comes, unless so many of its lines are asked for
  const isStream = names.includes('-');
  const follows = values.follow === true || (isStream && values.lines === undefined);
  // text is no item that filters know, and no line of a file
  const keepsPlain = values.json !== true && !filter.isAny;
  const source = await openSources(names, { keepsPlain, waits: values.follow === true });
  const { signal, release } = untilSignal();
  const ends = AbortSignal.any([signal, output.gone]);
  const say = (text: string): void => err.line(`rimp tail: ${text}`);
  let shown = 0;
  try {
    const last = values.lines ?? LINES;
    const pages = follows
      ? source.follow(filter.query, { last, test: filter.test, signal: ends, note: say })
      : lastPage(source, filter, last, isStream);
    for await (const page of untilAborted(pages, ends)) {
      const items = page.filter(filter.test);
      shown += items.length;
      rows.prepare(items);
      for (const item of items) await output.line(format(item));
      await output.flush();
      if (ends.aborted) break;
    }
  } finally {
    release();
    await source.close();
  }
  if (output.gone.aborted) return 0;
  if (signal.aborted) say(`ended after ${counted(shown, 'item')}`);
  if (rows.cut > 0) say(`long values that were cut: ${grouped(rows.cut)}; --full shows them whole`);
  const note = unreadableNote(source);
  if (note !== undefined) say(note);
  return shown > 0 ? 0 : 1;
}

async function* lastPage(
  source: ItemSource,
  { query, test }: Filter,
  last: number,
  isStream: boolean,
): AsyncGenerator<Items> {
  // what can't be read backwards is read to its end, and no more is kept than is shown
  if (isStream) return yield await lastOf(filtered(source.pages(query), test), last);
  const pages = filtered(source.pages({ ...query, order: 'desc' }), test);
  yield (await firstOf(pages, last)).reverse();
}

function formatOf(rows: Rows): Format {
  return (item: TelemetryItem) => (isPlainLine(item) && 'message' in item ? plainLine(item.message) : rows.row(item));
}
