import { RecordingComparer } from '../../analysis/compare-recordings.js';
import { filterOf } from '../filter/filter.js';
import { hasColours, painter } from '../output/colours.js';
import { DataOutput } from '../output/data-output.js';
import { err } from '../output/output.js';
import { ProgressLine } from '../output/progress-line.js';
import { openSources } from '../source/open-source.js';
import type { ItemSource } from '../source/source.js';
import { unreadableNote } from '../source/unreadable.js';
import { untilAborted, untilSignal } from '../until-signal.js';
import type { DiffValues } from './diff.js';
import { diffJson } from './diff-json.js';
import { diffText } from './diff-text.js';
import { failuresOf } from './moves.js';

/** Lines of a list by default. */
const TOP = 20;

/** Compares and prints; resolves to the exit status. */
export async function runDiff(values: DiffValues, before: string, after: string): Promise<number> {
  const { query, test } = filterOf(values);
  const output = new DataOutput();
  // both are opened before one is read: a wrong name is reported at once
  const sources = await openBoth(before, after);
  const { signal, release } = untilSignal();
  const progress = new ProgressLine(err);
  const comparer = new RecordingComparer();
  let items = 0;
  try {
    for (const recording of [0, 1] as const) {
      const source = sources[recording];
      for await (const page of untilAborted(source.pages(query), signal)) {
        items += page.length;
        for (const item of page) if (test(item)) comparer.add(item, recording);
        if (err.isTerminal) progress.show({ items, ...bytesOf(sources) });
        if (signal.aborted || output.gone.aborted) break;
      }
    }
  } finally {
    progress.end();
    release();
    for (const source of sources) await source.close();
  }
  if (signal.aborted) {
    err.line('rimp diff: ended by a signal: of two parts of recordings nothing is said');
    return 2;
  }
  const comparison = comparer.result();
  const options = {
    names: [before, after].map((_, i) => sources[i]?.name ?? '') as [string, string],
    top: values.top ?? TOP,
    isMarkdown: values.markdown === true,
    paint: painter(values.markdown !== true && hasColours(output.isTerminal, values.color)),
  };
  const lines = values.json === true ? diffJson(comparison, values) : diffText(comparison, values, options);
  for (const line of lines) await output.line(line);
  await output.flush();
  for (const source of sources) {
    const note = unreadableNote(source);
    if (note !== undefined) err.line(`rimp diff: ${source.name}: ${note}`);
  }
  const failures = failuresOf(comparison, values);
  for (const failure of failures) err.line(`rimp diff: ${failure}`);
  return failures.length > 0 ? 1 : 0;
}

async function openBoth(before: string, after: string): Promise<readonly [ItemSource, ItemSource]> {
  const first = await openSources([before]);
  try {
    return [first, await openSources([after])];
  } catch (error) {
    await first.close();
    throw error;
  }
}

function bytesOf(sources: readonly { readonly bytesRead: number; readonly totalBytes: number | undefined }[]): {
  bytes: number;
  totalBytes: number | undefined;
} {
  const bytes = sources.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  const totals = sources.map(({ totalBytes }) => totalBytes);
  const isKnown = totals.every((total) => total !== undefined);
  return { bytes, totalBytes: isKnown ? totals.reduce((sum: number, total) => sum + (total ?? 0), 0) : undefined };
}
