import { type ReadonlySignal, signal } from '@preact/signals';

/** A key, what it does in words, and what it does. */
export interface KeyBinding {
  /** Values of `KeyboardEvent.key`; each does the same. */
  readonly keys: readonly string[];
  readonly words: string;
  run(event: KeyboardEvent): void;
}

const bindings = signal<readonly KeyBinding[]>([]);

/** The keys that do something now. */
export const keyBindings: ReadonlySignal<readonly KeyBinding[]> = bindings;

/** Adds a key while something is shown; returns how to take it away: `useEffect(() => addKey({…}), [])`. */
export function addKey(binding: KeyBinding): () => void {
  bindings.value = [...bindings.peek(), binding];
  return () => {
    bindings.value = bindings.peek().filter((each) => each !== binding);
  };
}

/** Listens to the keyboard; returns how to end that. */
export function installKeys(): () => void {
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isForInput(event)) return;
  // the one that came last is of what lies on top
  const binding = bindings.peek().findLast(({ keys }) => keys.includes(event.key));
  if (binding === undefined) return;
  event.preventDefault();
  binding.run(event);
}

/** Whether the key belongs to what has the focus: an input writes it, a button is pressed by it, a dialog closes. */
function isForInput({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (document.querySelector('dialog[open]') !== null) return true;
  // the focus stays on the button of a dialog that has closed until the browser draws
  if (target.closest('dialog') !== null) return false;
  if (target.matches('input, textarea, select')) return true;
  return (key === 'Enter' || key === ' ') && target.matches('button, a, summary');
}
