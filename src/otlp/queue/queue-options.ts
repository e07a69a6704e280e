/** Why items left a queue unsent. */
export type QueueLoss = 'queue_full' | 'disk_failed';

/** Settings of a disk queue. */
export interface DiskQueueOptions {
  readonly directory: string;
  /** What one entry, and what waits in memory, may have; the queue as a whole is bounded by `makeRoom`. */
  readonly maxBytes: number;
  /** Whether nothing is there yet: the directory is made when the first entry comes. */
  readonly isNew: boolean;
  /** Gives what counts the items of a request; for one whose header can't say it. */
  readonly counter: () => Promise<(payload: Uint8Array) => number>;
  /** Called with items that were there before. */
  readonly onFound: (items: number) => void;
  /** Called with items that were lost; or with none and an error: the disk takes nothing, and they wait in memory. */
  readonly onLost: (items: number, reason: QueueLoss, error?: unknown) => void;
  /** Called with what a crash or somebody else left unreadable, and whether items were lost so, which are counted by then. */
  readonly onDamage: (what: string, isLoss?: boolean) => void;
}

/** What is left of a directory after `close()`. */
export type QueueRest =
  /** Nothing. */
  | 'nothing'
  /** Something that is to be sent, maybe later. */
  | 'items'
  /** What is none of ours. */
  | 'foreign';
