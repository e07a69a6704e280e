import type { VNode } from 'preact';
import { textParts } from './visible-text.js';

/** Characters of one text that are shown at most. */
const LONGEST = 20_000;

/** A text that came from elsewhere: characters that would not show are shown by their code. */
export function Text({ of, longest = LONGEST }: { readonly of: string; readonly longest?: number }): VNode {
  const cut = of.length > longest ? `${of.slice(0, longest)}…` : of;
  const parts = textParts(cut);
  if (parts.length === 1 && parts[0]?.isHidden === false) return <>{cut}</>;
  return <>{parts.map((part) => (part.isHidden ? <span class="hidden-character">{part.text}</span> : part.text))}</>;
}
