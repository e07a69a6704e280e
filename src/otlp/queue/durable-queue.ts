import { toError } from '../../model/errors.js';
import { inBackground } from '../../runtime/background.js';
import type { Clock } from '../../runtime/clock.js';
import { makePrivateDirectory } from '../../runtime/private-file.js';
import { onWorkerExit } from '../../runtime/worker-exit.js';
import type { OtlpProtocol, Signal } from '../config/settings.js';
import { DiskQueue } from './disk-queue.js';
import { type Lease, Leases, RENEW_MILLIS } from './lease.js';
import type { QueueLoss } from './queue-options.js';
import { HEADER_BYTES, type QueueEntry, type Room } from './segment.js';
import { SharedRoom } from './shared-room.js';

/** Settings of a {@link DurableQueue}. */
export interface DurableQueueOptions {
  readonly directory: string;
  readonly signal: Signal;
  readonly protocol: OtlpProtocol;
  /** For this signal, over all directories of it together. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly onLost: (items: number, reason: QueueLoss, error?: unknown) => void;
  readonly onDamage: (what: string, isLoss?: boolean) => void;
  /** Called with items that another process or thread left. */
  readonly onFound: (items: number) => void;
}

/** Entries that are to be sent together. */
interface Taken {
  readonly entries: readonly QueueEntry[];
  readonly protocol: OtlpProtocol;
}

interface Part {
  readonly lease: Lease;
  readonly queue: DiskQueue;
}

/**
 * What one thread has to send of one signal: a queue of its own, behind those that threads and processes which have ended
 * left in the same directory. Nothing here throws into whoever collects, nor out of a timer.
 */
export class DurableQueue {
  readonly #options: DurableQueueOptions;
  readonly #leases: Leases;
  readonly #room: SharedRoom;
  readonly #own: Part;
  #adopted: Part[] = [];
  /** Taken over, and not to be read so far. */
  readonly #unopened: Lease[] = [];
  #taken: Part | undefined;
  #cancelTimer: (() => void) | undefined;
  readonly #leaveWorkers: () => void;
  #closing: Promise<void> | undefined;

  /** @throws the error of the file system if the directory can't be one, as a file is in its place. */
  constructor(options: DurableQueueOptions) {
    this.#options = options;
    this.#leases = new Leases(options.directory, options.signal, options.onDamage);
    this.#room = new SharedRoom(options.maxBytes, this.#leases);
    try {
      makePrivateDirectory(options.directory);
    } catch (error) {
      if (['ENOTDIR', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      // that may pass: it is tried again whenever something is to be written
      options.onLost(0, 'disk_failed', error);
    }
    this.#adopt();
    this.#own = this.#part(this.#leases.make(options.protocol), true);
    this.#schedule();
    this.#leaveWorkers = onWorkerExit(() => this.#attempt(() => this.#adopt()));
  }

  /** Items that wait. */
  get items(): number {
    let items = 0;
    for (const { queue } of this.#parts) items += queue.items;
    return items;
  }

  /** Items that wait in memory alone, as the disk does not take them even now. */
  unwritten(): number {
    this.#attempt(() => this.#own.queue.retry());
    return this.#own.queue.unwritten;
  }

  /** Bytes that wait. */
  get bytes(): number {
    let bytes = 0;
    for (const { queue } of this.#parts) bytes += queue.bytes;
    return bytes;
  }

  get #parts(): readonly Part[] {
    // the own one is absent while what others left is looked at for the first time
    return this.#own === undefined ? this.#adopted : [...this.#adopted, this.#own];
  }

  /** Appends an entry; it is in a file when this returns, or waits in memory, or is counted as lost. */
  append(payload: Uint8Array, items: number): void {
    const size = payload.byteLength + HEADER_BYTES;
    // what never has room makes none
    if (size <= this.#options.maxBytes) this.#makeRoom(size);
    this.#own.queue.append(payload, items);
  }

  /** The next entries, in order; `undefined` if nothing waits. They are to be settled before others are taken. */
  async take(room: Room): Promise<Taken | undefined> {
    for (;;) {
      const part = this.#adopted[0] ?? this.#own;
      const entries = await part.queue.take(room);
      if (entries.length > 0) {
        this.#taken = part;
        return { entries, protocol: part.lease.protocol };
      }
      if (part === this.#own) {
        // something may have been adopted meanwhile
        if (this.#adopted.length > 0) continue;
        return undefined;
      }
      this.#adopted = this.#adopted.filter((other) => other !== part);
      await this.#close(part);
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

  /** Returns what says whether all that waits now has left. */
  mark(): () => boolean {
    const marks = this.#parts.map(({ queue }) => queue.mark());
    return () => marks.every((isPast) => isPast());
  }

  /** Writes what waits in memory, if the disk takes it: the process is about to end. */
  persist(): void {
    this.#attempt(() => this.#own.queue.persist(true));
  }

  /** Closes the files; what waits is left to whoever comes next. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#cancelTimer?.();
      this.#leaveWorkers();
      for (const part of this.#parts) await this.#close(part);
      for (const lease of this.#unopened) this.#leases.release(lease);
    })();
    return this.#closing;
  }

  async #close(part: Part): Promise<void> {
    try {
      const rest = await part.queue.close();
      if (rest === 'nothing') this.#leases.forget(part.lease);
      if (rest === 'items') this.#leases.release(part.lease);
      // what can't be removed or read stays held: nobody looks at it again and again
      if (rest === 'foreign')
        this.#options.onDamage(`${part.lease.path} holds what is no part of the queue, or can't be read; remove it`);
    } catch (error) {
      this.#options.onDamage(`${part.lease.path} can't be closed: ${toError(error).message}`);
    }
  }

  #schedule(): void {
    this.#cancelTimer = this.#options.clock.after(RENEW_MILLIS, () => {
      if (this.#closing !== undefined) return;
      inBackground(() => this.#attempt(() => this.#renew()));
      this.#schedule();
    });
  }

  #renew(): void {
    for (const lease of this.#unopened) this.#leases.renew(lease);
    for (const { lease, queue } of this.#parts) {
      this.#leases.renew(lease);
      queue.retry();
    }
    this.#adopt();
    this.#makeRoom(0);
  }

  #adopt(): void {
    if (this.#closing !== undefined) return;
    for (const lease of [...this.#unopened.splice(0), ...this.#leases.adopt()]) {
      try {
        this.#adopted.push(this.#part(lease, false));
      } catch (error) {
        // what was removed meanwhile is gone
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.#leases.release(lease);
        else this.#unopened.push(lease);
        this.#options.onDamage(`what was left in ${lease.path} can't be read yet: ${toError(error).message}`);
      }
    }
  }

  #part(lease: Lease, isNew: boolean): Part {
    const { maxBytes, onLost, onDamage, onFound } = this.#options;
    // loaded late: few queues are ever damaged
    const counter = async (): Promise<(payload: Uint8Array) => number> => {
      const { countItemsOf } = await import('../encode/request.js');
      return (payload) => countItemsOf(payload, lease.protocol);
    };
    const directory = lease.path;
    return { lease, queue: new DiskQueue({ directory, maxBytes, isNew, counter, onFound, onLost, onDamage }) };
  }

  /** Has the oldest entries leave until so many bytes more have room. */
  #makeRoom(size: number): void {
    let before = this.bytes + size;
    const allowed = this.#room.allowed(before);
    for (const { queue } of this.#parts) {
      while (before > allowed && queue.bytes > 0) {
        queue.makeRoom();
        const after = this.bytes + size;
        // what is being sent from memory stays
        if (after >= before) break;
        before = after;
      }
    }
  }

  #attempt(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.onDamage(`looking after the queue failed: ${toError(error).message}`);
    }
  }
}
