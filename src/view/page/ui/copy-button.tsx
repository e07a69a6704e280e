import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';

interface CopyButtonProperties {
  readonly text: () => string;
  readonly label: string;
  readonly class?: string;
}

/** Copies a text, and says that it did, or that the browser did not allow it. */
export function CopyButton({ text, label, class: className = '' }: CopyButtonProperties): VNode {
  const said = useSignal<string | undefined>(undefined);
  const copy = () => {
    copyText(text()).then(
      () => {
        said.value = 'Copied';
      },
      () => {
        said.value = 'Not allowed';
      },
    );
    setTimeout(() => {
      said.value = undefined;
    }, 1_500);
  };
  return (
    <button type="button" class={`button ${className}`} onClick={copy}>
      <span aria-live="polite">{said.value ?? label}</span>
    </button>
  );
}

async function copyText(text: string): Promise<void> {
  // absent if the page was not loaded from a secure context, such as by http from another machine
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand('copy');
  area.remove();
  if (!isDone) throw new Error('copy');
}
