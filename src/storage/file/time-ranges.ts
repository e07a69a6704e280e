import { readSync } from 'node:fs';
import { parseTimestamp } from '../../codec/timestamp.js';
import type { Times } from '../../model/query.js';
import type { Range } from './line-blocks.js';
import { CHECKED_BYTES, isEndOf, type Stretch } from './time-index.js';

/** A stretch of a file without an index up to this length is read, longer ones are sampled. */
const READ_BYTES = 2 * 1024 * 1024;
/** Distance of the samples. */
const SAMPLE_BYTES = 128 * 1024;
/** What is read of a sample at first, and at most. */
const LOOK_BYTES = 1024;
const MOST_LOOK_BYTES = 64 * 1024;
/** How far lines may be out of order in a sampled stretch, at the least, in milliseconds. */
const LEAST_SLACK_MILLIS = 60_000;
/** Ends of stretches that are looked at before an index is believed. */
const CHECKED_STRETCHES = 32;
/** Looks at the file between two turns of the event loop. */
const LOOKS_PER_TURN = 500;
const NEWLINE = 0x0a;

/**
 * The parts of a file in which items of some times may be.
 *
 * @param descriptor - of the file.
 * @param size - its bytes.
 * @param index - what is known of it, in order, without overlaps.
 */
export async function rangesOf(
  descriptor: number,
  size: number,
  index: readonly Stretch[],
  times: Times,
): Promise<Range[]> {
  const turns = new Turns();
  const ranges = new Ranges();
  let position = 0;
  // if the file was changed, all that follows has moved: some of the ends show it
  const step = Math.max(1, Math.floor(index.length / CHECKED_STRETCHES));
  const isSound = index.every((stretch, i) => (i % step !== 0 && i !== index.length - 1) || fits(descriptor, stretch));
  for (const stretch of index) {
    if (!isSound) {
      await turns.next();
      if (!fits(descriptor, stretch)) continue;
    }
    await addUnknown(descriptor, { start: position, end: stretch.start }, times, ranges, turns);
    if (stretch.latest >= times.startMillis && stretch.earliest <= times.endMillis) ranges.add(stretch);
    position = stretch.end;
  }
  await addUnknown(descriptor, { start: position, end: size }, times, ranges, turns);
  return ranges.list;
}

/** A place in a file where a line begins, and the time in it. */
interface Sample {
  readonly at: number;
  readonly millis: number;
}

/** Adds what may hold items of the times, of a part of the file that no index covers. */
async function addUnknown(descriptor: number, part: Range, times: Times, ranges: Ranges, turns: Turns): Promise<void> {
  if (part.end - part.start <= READ_BYTES) {
    ranges.add(part);
    return;
  }
  const samples: Sample[] = [];
  for (let at = part.start; at < part.end; at += SAMPLE_BYTES) {
    await turns.next();
    const sample = sampleAt(descriptor, at, part);
    // a place in the middle of a long line, or of what is no line of ours, belongs to the stretch before
    if (sample !== undefined && sample.at > (samples.at(-1)?.at ?? -1)) samples.push(sample);
  }
  const slack = slackOf(samples);
  ranges.add({ start: part.start, end: samples[0]?.at ?? part.end });
  samples.forEach(({ at, millis }, i) => {
    const next = samples[i + 1];
    const earliest = Math.min(millis, next?.millis ?? millis) - slack;
    const latest = Math.max(millis, next?.millis ?? Number.POSITIVE_INFINITY) + slack;
    if (latest >= times.startMillis && earliest <= times.endMillis)
      ranges.add({ start: at, end: next?.at ?? part.end });
  });
}

/** How far apart in time neighbours may be: twice what the samples show. */
function slackOf(samples: readonly Sample[]): number {
  let latest = Number.NEGATIVE_INFINITY;
  let most = 0;
  for (const { millis } of samples) {
    most = Math.max(most, latest - millis);
    latest = Math.max(latest, millis);
  }
  return Math.max(LEAST_SLACK_MILLIS, 2 * most);
}

/** The first line that begins at a position or behind it. */
function sampleAt(descriptor: number, position: number, part: Range): Sample | undefined {
  for (let length = LOOK_BYTES; length <= MOST_LOOK_BYTES; length *= 8) {
    // the byte before says whether a line begins at the position itself
    const from = Math.max(part.start, position - 1);
    const bytes = Buffer.allocUnsafe(Math.min(length, part.end - from));
    const count = readSync(descriptor, bytes, 0, bytes.length, from);
    const start = from === position ? 0 : bytes.subarray(0, count).indexOf(NEWLINE) + 1;
    if (from !== position && start === 0) continue;
    const millis = timeOf(bytes.toString('latin1', start, count));
    if (millis !== undefined) return { at: from + start, millis };
  }
  return undefined;
}

function timeOf(text: string): number | undefined {
  const match = /^[^\n]*?"timestamp": ?"([^"\n]{8,40})"/.exec(text);
  return match === null ? undefined : parseTimestamp(match[1] as string)?.date.getTime();
}

function fits(descriptor: number, stretch: Stretch): boolean {
  const tail = Buffer.allocUnsafe(CHECKED_BYTES);
  const count = readSync(descriptor, tail, 0, CHECKED_BYTES, Math.max(stretch.start, stretch.end - CHECKED_BYTES));
  return count > 0 && tail[count - 1] === NEWLINE && isEndOf(stretch, tail.subarray(0, count));
}

/** Parts of a file in order; those that touch become one. */
class Ranges {
  readonly list: Range[] = [];

  add({ start, end }: Range): void {
    if (start >= end) return;
    const last = this.list.at(-1);
    if (last?.end === start) this.list[this.list.length - 1] = { start: last.start, end };
    else this.list.push({ start, end });
  }
}

/** Lets others run every now and then. */
class Turns {
  #looks = 0;

  async next(): Promise<void> {
    this.#looks += 1;
    if (this.#looks % LOOKS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
