import type { TelemetryEvent } from '../model/event.js';
import { foldMessage } from './fold-message.js';
import { type PatternNode, PatternTree } from './pattern-tree.js';
import { TimeBuckets } from './time-buckets.js';

/** How {@link MessagePatterns} groups. */
export interface MessagePatternsOptions {
  /** Patterns that are kept; with more, the rarest are let go and counted. Default 1,000. */
  readonly maxPatterns?: number;
  /** Recordings whose messages are counted apart; default 1. */
  readonly recordings?: number;
}

/** Messages that differ only in numbers, ids, quoted parts and the like. */
export interface MessagePattern {
  /** The message with `<num>`, `"<text>"`, … for what {@link foldMessage} folds, and `<*>` for words that differ. */
  readonly pattern: string;
  /** What the messages are, such as a type of events: messages of different kinds share no pattern. */
  readonly kind: string;
  readonly count: number;
  /** The same for each recording. */
  readonly counts: readonly number[];
  /** The earliest time of a message, in milliseconds since the Unix epoch. */
  readonly firstMillis: number;
  /** The latest. */
  readonly lastMillis: number;
  /** The first message that came, at most 500 characters of it. */
  readonly example: string;
  /** How many there were over time. */
  readonly times: TimeBuckets;
  /** The sources of its events, at most ten of them; empty of messages that came without an event. */
  readonly sources: readonly string[];
  /** The event of the latest time; absent if the messages came without one. */
  readonly latest?: TelemetryEvent;
}

/** What was let go, as there were too many patterns. */
export interface PatternOverflow {
  readonly patterns: number;
  readonly messages: number;
  /** Messages of each recording. */
  readonly counts: readonly number[];
}

/** Distinct texts whose patterns are remembered, so that a text that comes again is not looked at again. */
const MAX_REMEMBERED = 5_000;
const MAX_EXAMPLE = 500;
const MAX_SOURCES = 10;
const BUCKETS = { maxBuckets: 120 };

/**
 * Groups similar messages in one pass and bounded memory, after Drain (He et al., 2017): what varies by its form is
 * folded first; messages of as many words, of which few differ, share a pattern. It may be asked at any time.
 *
 * `Σ count + overflow.messages` is what was added.
 */
export class MessagePatterns {
  readonly #max: number;
  readonly #recordings: number;
  readonly #tree = new PatternTree<Group>((into, from) => into.absorb(from));
  readonly #byMessage = new Map<string, PatternNode<Group>>();
  readonly #byFolded = new Map<string, PatternNode<Group>>();
  #overflowPatterns = 0;
  readonly #overflow: number[];

  constructor({ maxPatterns = 1_000, recordings = 1 }: MessagePatternsOptions = {}) {
    this.#max = maxPatterns;
    this.#recordings = recordings;
    this.#overflow = Array.from({ length: recordings }, () => 0);
  }

  /**
   * Adds a message.
   *
   * @param kind - what it is, such as the type of its event; default: none.
   * @param recording - which recording it is of, from 0 on; default 0.
   */
  add(message: string, timeMillis: number, kind = '', recording = 0): void {
    this.#groupOf(message, kind).add(timeMillis, recording);
    if (this.#tree.size > this.#max) this.#letGo();
  }

  /**
   * Adds an event's message. Of each pattern, the sources and the latest event are kept as well.
   *
   * @param kind - what it is; default: the event's type.
   */
  addEvent(event: TelemetryEvent, kind: string = event.eventType): void {
    const group = this.#groupOf(event.message, kind);
    group.add(event.timestamp.getTime(), 0);
    group.keep(event);
    if (this.#tree.size > this.#max) this.#letGo();
  }

  get overflow(): PatternOverflow {
    return {
      patterns: this.#overflowPatterns,
      messages: this.#overflow.reduce((sum, count) => sum + count, 0),
      counts: [...this.#overflow],
    };
  }

  /** The patterns by now, the most frequent first. */
  patterns(): MessagePattern[] {
    return [...this.#tree.nodes()].map(patternOf).sort((a, b) => b.count - a.count || a.firstMillis - b.firstMillis);
  }

  #groupOf(message: string, kind: string): Group {
    const key = `${kind}\n${message}`;
    let node = this.#byMessage.get(key);
    if (node === undefined) {
      node = this.#nodeOf(message, kind);
      remember(this.#byMessage, key, node);
    }
    return liveOf(node).group;
  }

  #nodeOf(message: string, kind: string): PatternNode<Group> {
    const folded = foldMessage(message);
    const key = `${kind}\n${folded}`;
    const known = this.#byFolded.get(key);
    if (known !== undefined) return known;
    const node = this.#tree.insert(kind, folded, () => new Group(message, this.#recordings));
    remember(this.#byFolded, key, node);
    return node;
  }

  /** Lets a tenth of the patterns go: the rarest, of these the ones that came last the longest ago. */
  #letGo(): void {
    const nodes = [...this.#tree.nodes()].sort(
      ({ group: a }, { group: b }) => a.count - b.count || a.lastMillis - b.lastMillis,
    );
    for (const node of nodes.slice(0, Math.max(1, Math.floor(this.#max / 10)))) {
      this.#tree.remove(node);
      this.#overflowPatterns += 1;
      node.group.counts.forEach((count, i) => {
        this.#overflow[i] = (this.#overflow[i] as number) + count;
      });
    }
    this.#byMessage.clear();
    this.#byFolded.clear();
  }
}

/** What is known of the messages of a pattern. */
class Group {
  readonly counts: number[];
  count = 0;
  firstMillis = Number.POSITIVE_INFINITY;
  lastMillis = Number.NEGATIVE_INFINITY;
  readonly example: string;
  readonly times = new TimeBuckets(BUCKETS);
  readonly sources = new Set<string>();
  latest: TelemetryEvent | undefined = undefined;

  constructor(message: string, recordings: number) {
    this.example = message.length > MAX_EXAMPLE ? `${message.slice(0, MAX_EXAMPLE)}…` : message;
    this.counts = Array.from({ length: recordings }, () => 0);
  }

  add(timeMillis: number, recording: number): void {
    this.count += 1;
    this.counts[recording] = (this.counts[recording] as number) + 1;
    if (timeMillis < this.firstMillis) this.firstMillis = timeMillis;
    if (timeMillis > this.lastMillis) this.lastMillis = timeMillis;
    this.times.add(timeMillis);
  }

  keep(event: TelemetryEvent): void {
    if (this.sources.size < MAX_SOURCES) this.sources.add(event.source);
    if (this.latest === undefined || event.timestamp >= this.latest.timestamp) this.latest = event;
  }

  absorb(other: Group): void {
    for (const source of other.sources) if (this.sources.size < MAX_SOURCES) this.sources.add(source);
    if (other.latest !== undefined) this.keep(other.latest);
    this.count += other.count;
    other.counts.forEach((count, i) => {
      this.counts[i] = (this.counts[i] as number) + count;
    });
    this.firstMillis = Math.min(this.firstMillis, other.firstMillis);
    this.lastMillis = Math.max(this.lastMillis, other.lastMillis);
    this.times.merge(other.times);
  }
}

function patternOf({ kind, words, group }: PatternNode<Group>): MessagePattern {
  const { count, counts, firstMillis, lastMillis, example, times, sources, latest } = group;
  return {
    pattern: words.join(' '),
    kind,
    count,
    counts: [...counts],
    firstMillis,
    lastMillis,
    example,
    times,
    sources: [...sources],
    ...(latest !== undefined && { latest }),
  };
}

/** The pattern that a pattern became part of. */
function liveOf<T>(node: PatternNode<T>): PatternNode<T> {
  let live = node;
  while (live.mergedInto !== undefined) live = live.mergedInto;
  return live;
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= MAX_REMEMBERED) map.clear();
  map.set(key, value);
}
