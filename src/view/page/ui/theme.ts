import { type ReadonlySignal, signal } from '@preact/signals';

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const isDarkNow = signal(dark.matches);
dark.addEventListener('change', () => {
  isDarkNow.value = dark.matches;
});

/** Whether the page is dark. What is drawn on a canvas is drawn anew when that changes. */
export const isDark: ReadonlySignal<boolean> = isDarkNow;

/** The value of a colour of `tokens.css`, such as `--border`, for a canvas. */
export function colourOf(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim();
}
