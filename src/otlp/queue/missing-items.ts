import type { DiskQueueOptions } from './queue-options.js';

/** Items that were there when a queue was closed, and that no sound header counts now. */
export class MissingItems {
  readonly #options: Pick<DiskQueueOptions, 'directory' | 'onFound' | 'onLost' | 'onDamage'>;
  items = 0;

  constructor(options: Pick<DiskQueueOptions, 'directory' | 'onFound' | 'onLost' | 'onDamage'>) {
    this.#options = options;
  }

  /** Some were found behind a damaged header; returns those of them that nobody missed. */
  turnUp(found: number): number {
    const missed = Math.min(found, this.items);
    this.items -= missed;
    if (found > missed) this.#options.onFound(found - missed);
    return found - missed;
  }

  /** What did not turn up is lost. */
  giveUp(): void {
    const missing = this.items;
    this.items = 0;
    if (missing === 0) return;
    this.#options.onLost(missing, 'disk_failed');
    this.#options.onDamage(`${this.#options.directory} held ${missing} items more, which are lost`, true);
  }
}
