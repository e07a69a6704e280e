import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DurableQueue, type DurableQueueOptions } from '../../src/otlp/queue/durable-queue.js';
import { ManualClock } from './clock.js';

const opened: CountedQueue[] = [];
const directories: string[] = [];

/** A directory that {@link removeQueues} removes. */
export function queueDirectory(): string {
  const made = mkdtempSync(join(tmpdir(), 'rimp-queue-'));
  directories.push(made);
  return made;
}

/** Closes all queues, and removes their directories. */
export async function removeQueues(): Promise<void> {
  for (const queue of opened.splice(0)) await queue.queue.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** The directories in that of a queue. */
export function leasesIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.startsWith('logs.'));
}

/** The segments of all directories in that of a queue. */
export function segmentsIn(directory: string): string[] {
  return leasesIn(directory)
    .flatMap((lease) => readdirSync(join(directory, lease)).map((name) => join(directory, lease, name)))
    .filter((path) => path.endsWith('.otlp'))
    .sort();
}

/** A request in JSON with so many log records, which its text names. */
export function request(text: string, items = 1): Buffer {
  const logRecords = Array.from({ length: items }, (_, i) => ({ body: { stringValue: `${text}.${i}` } }));
  return Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
}

/** A queue with counters as the exporter keeps them. */
export class CountedQueue {
  readonly clock = new ManualClock();
  readonly queue: DurableQueue;
  /** What was reported. */
  readonly said: string[] = [];
  readonly delivered: string[] = [];
  accepted = 0;
  deliveredItems = 0;
  lost = 0;
  found = 0;

  constructor(directory: string, options: Partial<DurableQueueOptions> = {}) {
    this.queue = new DurableQueue({
      directory,
      signal: 'logs',
      protocol: 'http/json',
      maxBytes: 64 * 1024 * 1024,
      clock: this.clock,
      onLost: (items, reason, error) => {
        this.lost += items;
        this.said.push(`${items} ${reason} ${error instanceof Error ? error.message : ''}`);
      },
      onDamage: (what) => this.said.push(what),
      onFound: (items) => {
        this.accepted += items;
        this.found += items;
      },
      ...options,
    });
    opened.push(this);
  }

  append(text: string, items = 1): void {
    this.accepted += items;
    this.queue.append(request(text, items), items);
  }

  /** What the counters leave unexplained; 0 if they balance. */
  get imbalance(): number {
    return this.accepted - this.deliveredItems - this.lost - this.queue.items;
  }

  /** Takes and acknowledges what can be taken, as long as it can; an error that may pass is tried again so often. */
  async drain(tries = 10): Promise<void> {
    for (let left = tries; left > 0; ) {
      try {
        const taken = await this.queue.take({ maxBytes: 100_000 });
        if (taken === undefined) return;
        for (const { payload, items } of taken.entries) {
          this.delivered.push(...textsOf(payload));
          this.deliveredItems += items;
        }
        this.queue.ack(taken.entries);
      } catch (error) {
        this.said.push(String(error));
        left -= 1;
      }
    }
  }
}

function textsOf(payload: Uint8Array): string[] {
  return [
    ...Buffer.from(payload)
      .toString()
      .matchAll(/"stringValue":"([^"]*)"/g),
  ].map(([, text]) => text ?? '');
}
