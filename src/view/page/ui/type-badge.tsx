import type { VNode } from 'preact';
import type { EventType } from '../../../model/event-type.js';

/** Short words, so that a column of them is narrow. */
export const TYPE_WORDS: Readonly<Record<EventType, string>> = {
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
};

/** An event's type: a word and a colour. */
export function TypeBadge({ type }: { readonly type: EventType }): VNode {
  return <span class={`badge type-${type}`}>{TYPE_WORDS[type] ?? type}</span>;
}
