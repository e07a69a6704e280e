import type { Tags } from './metric.js';
import type { Leaf } from './tag-path.js';

/** A copy of tags that is shared by the metrics that have them, and what is known of them. */
export class KnownTags implements Leaf {
  /** Set by the path that finds them. */
  rest: readonly unknown[] | undefined = undefined;
  /** What somebody found for them before, such as the series of an instrument: it saves looking it up. */
  finder: object | undefined = undefined;
  found: unknown = undefined;

  constructor(
    readonly tags: Tags,
    /** An estimate of the memory that they take, in bytes, as `sizeOfItem` has it. */
    readonly bytes: number,
  ) {}
}
