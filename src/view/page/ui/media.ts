import { type ReadonlySignal, signal } from '@preact/signals';

const narrow = window.matchMedia('(max-width: 640px)');
const narrowNow = signal(narrow.matches);
narrow.addEventListener('change', () => {
  narrowNow.value = narrow.matches;
});

/** Whether the page has the width of a phone. */
export const isNarrow: ReadonlySignal<boolean> = narrowNow;
