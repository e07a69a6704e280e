import { RecordingStats } from '../../analysis/recording-stats.js';
import { filterOf } from '../filter/filter.js';
import { grouped } from '../format.js';
import { hasColours, painter } from '../output/colours.js';
import { DataOutput } from '../output/data-output.js';
import { err } from '../output/output.js';
import { ProgressLine } from '../output/progress-line.js';
import { openSources } from '../source/open-source.js';
import { unreadableNote } from '../source/unreadable.js';
import { untilAborted, untilSignal } from '../until-signal.js';
import type { StatsValues } from './stats.js';
import { statsJson } from './stats-json.js';
import { statsText } from './stats-text.js';

/** Lines of a list by default. */
const TOP = 10;

/** Counts and prints; resolves to the exit status. */
export async function runStats(values: StatsValues, names: readonly string[]): Promise<number> {
  const { query, test } = filterOf(values);
  const output = new DataOutput();
  const source = await openSources(names);
  const { signal, release } = untilSignal();
  const progress = new ProgressLine(err);
  const stats = new RecordingStats({ byMillis: values.by });
  try {
    for await (const items of untilAborted(source.pages(query), signal)) {
      for (const item of items) if (test(item)) stats.add(item);
      const { bytesRead: bytes, totalBytes } = source;
      if (err.isTerminal) progress.show({ items: stats.events + stats.metricItems, bytes, totalBytes });
      if (signal.aborted || output.gone.aborted) break;
    }
  } finally {
    progress.end();
    release();
    await source.close();
  }
  const { unreadable } = source;
  const lines =
    values.json === true
      ? statsJson(stats, unreadable)
      : statsText(stats, {
          name: source.name,
          top: values.top ?? TOP,
          hasExamples: values.examples === true,
          isUtc: values.utc === true,
          paint: painter(hasColours(output.isTerminal, values.color)),
          columns: output.isTerminal && values.full !== true ? process.stdout.columns : undefined,
        });
  for (const line of lines) await output.line(line);
  await output.flush();
  if (output.gone.aborted) return 0;
  const found = stats.events + stats.metricItems;
  if (signal.aborted) err.line(`rimp stats: ended by a signal after ${grouped(found)} items: this is what they hold`);
  const note = unreadableNote(source);
  if (note !== undefined) err.line(`rimp stats: ${note}`);
  return found > 0 ? 0 : 1;
}
