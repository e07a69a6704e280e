import { resolveQuery } from '../../model/query.js';
import { showUrl } from '../../model/show-url.js';
import { matcherOf } from '../../storage/query-match.js';
import { filterOf } from '../filter/filter.js';
import { counted, grouped } from '../format.js';
import { err } from '../output/output.js';
import { ProgressLine } from '../output/progress-line.js';
import { openSources } from '../source/open-source.js';
import { unreadableNote } from '../source/unreadable.js';
import { untilAborted, untilSignal } from '../until-signal.js';
import type { ConvertValues, OutputFormat } from './convert.js';
import { openWriter } from './open-writer.js';

/** Reads and writes; resolves to the exit status. */
export async function runConvert(
  values: ConvertValues,
  names: readonly string[],
  target: string,
  format: OutputFormat,
): Promise<number> {
  const { query, test } = filterOf(values);
  // all is read, so that what is left out is counted
  const matches = matcherOf(resolveQuery(query, 'SOURCE'));
  const source = await openSources(names);
  const { signal, release } = untilSignal();
  const progress = new ProgressLine(err);
  let read = 0;
  let written = 0;
  const writer = await openWriter(target, format, values.force === true).catch(async (error: unknown) => {
    release();
    await source.close();
    throw error;
  });
  let isWhole = false;
  try {
    for await (const page of untilAborted(source.pages({}), signal)) {
      const items = page.filter((item) => matches(item) && test(item));
      read += page.length;
      if (items.length > 0) await writer.write(items);
      written += items.length;
      progress.show({ items: read, bytes: source.bytesRead, totalBytes: source.totalBytes });
    }
    if (!signal.aborted) {
      await writer.finish();
      isWhole = true;
    }
  } finally {
    progress.end();
    release();
    if (!isWhole) await writer.abandon();
    await source.close();
  }
  const say = (text: string): void => err.line(`rimp convert: ${text}`);
  const shown = showUrl(target);
  if (!isWhole) {
    const left =
      format === 'postgres' || format === 'clickhouse'
        ? `${grouped(written - writer.there)} were added and stay`
        : `${shown} was not made`;
    say(`ended by a signal after ${counted(read, 'item')}: ${left}`);
    return 130;
  }
  const parts = [`${grouped(written - writer.folded - writer.there)} written`];
  if (writer.there > 0) parts.push(`${grouped(writer.there)} there already`);
  if (writer.folded > 0) parts.push(`${grouped(writer.folded)} parts of histograms that went with their counts`);
  if (read > written) parts.push(`${grouped(read - written)} left out by the filters`);
  say(`${shown}: ${counted(read, 'item')} read = ${parts.join(' + ')}, in ${progress.seconds.toFixed(1)} s`);
  const note = unreadableNote(source);
  if (note !== undefined) say(note);
  return written > 0 && note === undefined ? 0 : 1;
}
