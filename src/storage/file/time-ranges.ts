import { readSync } from 'node:fs';
import { decodeLine } from '../../codec/json-line-decode.js';
import { nextTime } from '../../codec/json-line-times.js';
import { parseTimestamp } from '../../codec/timestamp.js';
import type { Times } from '../../model/query.js';
import { nextTurn } from '../../runtime/turn.js';
import type { Range } from './line-blocks.js';
import { CHECKED_BYTES, isEndOf, type Stretch } from './time-index.js';

/** A stretch of a file without an index up to this length is read, longer ones are sampled. */
const READ_BYTES = 2 * 1024 * 1024;
/** Distance of the samples near what is looked for, and of all in a file that is not in order. */
const SAMPLE_BYTES = 128 * 1024;
/** So many samples at most say whether a file is in order, and where to look closer. */
const MAX_COARSE_SAMPLES = 512;
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
/** A line as this library and Python write most of them, up to its time: what stands before it can't have another. */
const OWN_LINE =
  /^\{"type": ?"(?:event|metric)", ?"data": ?\{"(?:event|metric)_id": ?"[^"\\]*", ?"timestamp": ?"([^"]{8,40})"/;

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
      if (turns.isDue()) await nextTurn();
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
  const step = Math.max(SAMPLE_BYTES, Math.ceil((part.end - part.start) / MAX_COARSE_SAMPLES));
  const samples = await samplesOf(descriptor, part, step, turns);
  const slack = slackOf(samples);
  const near = stretchesWithin(samples, part, times, slack);
  const found = step === SAMPLE_BYTES ? near : await lookCloser(descriptor, slack, near, times, turns);
  for (const stretch of found ?? (await lookEverywhere(descriptor, slack, part, times, turns))) ranges.add(stretch);
}

/** The stretches of a part whose lines are not in order, from samples of all of it. */
async function lookEverywhere(
  descriptor: number,
  slack: number,
  part: Range,
  times: Times,
  turns: Turns,
): Promise<readonly Range[]> {
  const samples = await samplesOf(descriptor, part, SAMPLE_BYTES, turns);
  return stretchesWithin(samples, part, times, Math.max(slack, slackOf(samples)));
}

/** What is left of stretches if more of their lines are looked at; `undefined` if the lines are not in order. */
async function lookCloser(
  descriptor: number,
  slack: number,
  near: readonly Range[],
  times: Times,
  turns: Turns,
): Promise<readonly Range[] | undefined> {
  if (slack > LEAST_SLACK_MILLIS) return undefined;
  const found: Range[] = [];
  for (const stretch of near) {
    const samples = await samplesOf(descriptor, stretch, SAMPLE_BYTES, turns);
    if (slackOf(samples) > LEAST_SLACK_MILLIS) return undefined;
    found.push(...stretchesWithin(samples, stretch, times, slack));
  }
  return found;
}

/** Samples at a distance of each other, and the last line: what was appended to a file may be older than the rest. */
async function samplesOf(descriptor: number, part: Range, step: number, turns: Turns): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  // a place in the middle of a long line, or of what is no line of ours, belongs to the stretch before
  const add = (sample: Sample | undefined): void => {
    if (sample !== undefined && sample.at > (samples.at(-1)?.at ?? -1)) samples.push(sample);
  };
  for (let at = part.start; at < part.end; at += step) {
    if (turns.isDue()) await nextTurn();
    add(sampleAt(descriptor, at, part));
  }
  add(lastSample(descriptor, part));
  return samples;
}

/** The stretches between samples of a part in which items of the times may be. */
function stretchesWithin(samples: readonly Sample[], part: Range, times: Times, slack: number): readonly Range[] {
  const found = new Ranges();
  found.add({ start: part.start, end: samples[0]?.at ?? part.end });
  samples.forEach(({ at, millis }, i) => {
    const next = samples[i + 1];
    const earliest = Math.min(millis, next?.millis ?? millis) - slack;
    const latest = Math.max(millis, next?.millis ?? Number.POSITIVE_INFINITY) + slack;
    if (latest >= times.startMillis && earliest <= times.endMillis) found.add({ start: at, end: next?.at ?? part.end });
  });
  return found.list;
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
    // a character for each byte
    const text = bytes.toString('latin1', 0, count);
    // most are of the usual kind
    const next = from === position ? undefined : nextTime(text);
    if (next !== undefined) return { at: from + next.at, millis: next.millis };
    const start = from === position ? 0 : text.indexOf('\n') + 1;
    if (from !== position && start === 0) continue;
    const end = text.indexOf('\n', start);
    const isWhole = end >= 0 || from + count >= part.end;
    const millis = timeOf(text.slice(start, end < 0 ? count : end), isWhole);
    if (millis !== undefined) return { at: from + start, millis };
  }
  return undefined;
}

/** The last line, unless it is a long one. */
function lastSample(descriptor: number, part: Range): Sample | undefined {
  const from = Math.max(part.start, part.end - MOST_LOOK_BYTES);
  const bytes = Buffer.allocUnsafe(part.end - from);
  const count = readSync(descriptor, bytes, 0, bytes.length, from);
  // the newline at the end is the line's own
  const start = count < 2 ? 0 : bytes.lastIndexOf(NEWLINE, count - 2) + 1;
  if (start === 0) return undefined;
  const millis = timeOf(bytes.toString('latin1', start, count), true);
  return millis === undefined ? undefined : { at: from + start, millis };
}

/**
 * The time of a line, of which no more than its beginning may be there.
 *
 * @param isWhole - whether it is all there: then it may be in any form.
 */
function timeOf(line: string, isWhole: boolean): number | undefined {
  const match = OWN_LINE.exec(line);
  if (match !== null) return parseTimestamp(match[1] as string)?.date.getTime();
  if (!isWhole) return undefined;
  try {
    return decodeLine(line).timestamp.getTime();
  } catch {
    return undefined;
  }
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

/** Says when others have to run: every now and then. */
class Turns {
  #looks = 0;

  isDue(): boolean {
    this.#looks += 1;
    return this.#looks % LOOKS_PER_TURN === 0;
  }
}
