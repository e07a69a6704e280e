import { toError } from '../../model/errors.js';
import type { Clock } from '../../runtime/clock.js';
import type { OtlpProtocol, Signal } from '../config/settings.js';
import { DiskQueue, type QueueLoss } from './disk-queue.js';
import { type OwnedFolder, QueueOwner, RENEW_MILLIS } from './lease.js';
import type { QueueEntry } from './segment.js';

/** Settings of a {@link DurableQueue}. */
export interface DurableQueueOptions {
  readonly directory: string;
  readonly signal: Signal;
  readonly protocol: OtlpProtocol;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly onLost: (items: number, reason: QueueLoss, error?: unknown) => void;
  readonly onDamage: (what: string) => void;
  /** Is told of items that an earlier process left. */
  readonly onFound: (items: number) => void;
}

/** Entries that are to be sent together. */
interface Taken {
  readonly entries: readonly QueueEntry[];
  readonly protocol: OtlpProtocol;
}

interface Part {
  readonly folder: OwnedFolder;
  readonly queue: DiskQueue;
}

/**
 * What one process has to send of one signal: its own queue, behind those that processes which are gone left in the same
 * directory.
 */
export class DurableQueue {
  readonly #options: DurableQueueOptions;
  readonly #owner: QueueOwner;
  readonly #own: Part;
  #adopted: Part[] = [];
  #taken: Part | undefined;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(options: DurableQueueOptions) {
    this.#options = options;
    this.#owner = new QueueOwner(options.directory, options.signal);
    this.#adopt();
    this.#own = this.#part(this.#owner.make(options.protocol));
    this.#schedule();
  }

  /** Items that wait. */
  get items(): number {
    let items = this.#own.queue.items;
    for (const { queue } of this.#adopted) items += queue.items;
    return items;
  }

  append(payload: Uint8Array, items: number): void {
    let bytes = payload.byteLength + this.#own.queue.bytes;
    for (const { queue } of this.#adopted) bytes += queue.bytes;
    for (const { queue } of this.#adopted) {
      while (bytes > this.#options.maxBytes && queue.bytes > 0) {
        bytes -= queue.bytes;
        queue.makeRoom();
        bytes += queue.bytes;
      }
    }
    this.#own.queue.append(payload, items);
  }

  /** The next entries, in order; `undefined` where nothing waits. To be settled before others are taken. */
  async take(maxBytes: number): Promise<Taken | undefined> {
    for (;;) {
      const part = this.#adopted[0] ?? this.#own;
      const entries = await part.queue.take(maxBytes);
      if (entries.length > 0) {
        this.#taken = part;
        return { entries, protocol: part.folder.protocol };
      }
      if (part === this.#own) return undefined;
      this.#adopted.shift();
      await part.queue.close();
    }
  }

  /** These need not be sent again. */
  ack(entries: readonly QueueEntry[]): void {
    this.#taken?.queue.ack(entries);
  }

  /** These come first again. */
  nack(entries: readonly QueueEntry[]): void {
    this.#taken?.queue.nack(entries);
  }

  /** Closes the files; what waits is left to the next process. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTimer?.();
    for (const { queue, folder } of [...this.#adopted, this.#own]) {
      await queue.close();
      this.#owner.release(folder);
    }
  }

  #schedule(): void {
    this.#cancelTimer = this.#options.clock.after(RENEW_MILLIS, () => {
      for (const { folder } of [...this.#adopted, this.#own]) this.#owner.renew(folder);
      // what is being sent stays first
      if (this.#adopted.length === 0) this.#adopt();
      this.#schedule();
    });
  }

  #adopt(): void {
    for (const folder of this.#owner.adopt()) {
      try {
        const part = this.#part(folder);
        this.#adopted.push(part);
        if (part.queue.items > 0) this.#options.onFound(part.queue.items);
      } catch (error) {
        this.#options.onDamage(
          `what an earlier process left in ${folder.path} can't be read: ${toError(error).message}`,
        );
      }
    }
  }

  #part(folder: OwnedFolder): Part {
    const { maxBytes, onLost, onDamage } = this.#options;
    return { folder, queue: new DiskQueue({ directory: folder.path, maxBytes, onLost, onDamage }) };
  }
}
