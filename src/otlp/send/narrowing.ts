import type { OtlpProtocol } from '../config/settings.js';
import type { QueueEntry } from '../queue/segment.js';
import type { SendOutcome } from './response.js';

/** Statuses that may be about a part of what was sent. Others say the same of anything, such as 401 or 404. */
const ABOUT_CONTENT: ReadonlySet<number> = new Set([400, 422, 500]);
const TOO_LARGE = 413;
/** Refusals of one request and its parts, but for those of its size: to find one item of 512 takes 10. */
const MIN_REFUSALS = 32;
/** A larger request may have more: one for so many of its items. */
const ITEMS_PER_REFUSAL = 16;
/** After so many in a row an endpoint is taken for one that refuses all alike. */
const MAX_IN_A_ROW = 16;

export type Refusal = SendOutcome & { readonly kind: 'refused' };

/** Whether to send halves of what was refused so. */
export type MayHalve = (refusal: Refusal) => boolean;

/**
 * Says whether what an endpoint refuses is sent in halves, and theirs, so that only the items that it does not take are
 * lost. The same request is not sent again (OTLP specification, "OTLP/HTTP Response"). What an endpoint refuses that takes
 * nothing at all is not halved.
 */
export class Narrowing {
  /** Since something was taken; of requests that are under way together, those of the one that has most. */
  #inARow = 0;
  #taken = 0;

  /** The endpoint took something. */
  took(): void {
    this.#inARow = 0;
    this.#taken += 1;
  }

  /** For one request of so many items, and its parts. */
  begin(items: number): MayHalve {
    const maxRefusals = Math.max(MIN_REFUSALS, items / ITEMS_PER_REFUSAL);
    let refusals = 0;
    let inARow = this.#inARow;
    let taken = this.#taken;
    return ({ status, isFinal }) => {
      if (isFinal) return false;
      if (status === TOO_LARGE) return true;
      if (!ABOUT_CONTENT.has(status)) return false;
      if (taken !== this.#taken) {
        inARow = 0;
        taken = this.#taken;
      }
      refusals += 1;
      inARow += 1;
      this.#inARow = Math.max(this.#inARow, inARow);
      return refusals < maxRefusals && inARow < MAX_IN_A_ROW;
    };
  }
}

/** Why items are lost that an endpoint refused. */
export function reasonOf({ status, isFinal }: Refusal): 'too_large' | 'refused' {
  return status === TOO_LARGE && !isFinal ? 'too_large' : 'refused';
}

/** An entry as two; `undefined` if it is a single item. If the split counts otherwise than whoever made it, they are right. */
export async function halvesOf(
  entry: QueueEntry,
  protocol: OtlpProtocol,
): Promise<readonly [QueueEntry, QueueEntry] | undefined> {
  // loaded late: few requests are ever refused
  const { splitOrNot } = await import('../encode/request.js');
  const halves = splitOrNot(entry.payload, protocol);
  if (halves === undefined) return undefined;
  const first = Math.min(halves[0].items, entry.items);
  return [
    { ...halves[0], items: first },
    { ...halves[1], items: entry.items - first },
  ];
}
