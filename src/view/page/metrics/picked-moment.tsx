import type { Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { timeOfDay } from '../ui/time-format.js';
import { eventsAround } from './around.js';

/** The moment that was clicked in a chart, and what happened then. */
export function PickedMoment({ picked }: { readonly picked: Signal<number | undefined> }): VNode {
  const at = picked.value;
  return (
    <div class="picked-moment" role="status">
      {at !== undefined && (
        <>
          At {timeOfDay(new Date(at))}:{' '}
          <a class="button" href={eventsAround(at)}>
            Events around this moment
          </a>{' '}
          <button
            type="button"
            class="button icon-button"
            aria-label="Leave this moment"
            onClick={() => {
              picked.value = undefined;
            }}
          >
            ×
          </button>
        </>
      )}
    </div>
  );
}
