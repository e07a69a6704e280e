import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';

interface ChartTableProperties {
  /** What the chart shows. */
  readonly label: string;
  /** Draws the table's head and body; called only while it is open. */
  readonly children: () => ComponentChildren;
}

/** The data of a chart, for those who don't see it and those who want the figures. */
export function ChartTable({ label, children }: ChartTableProperties): VNode {
  const isOpen = useSignal(false);
  return (
    <details
      class="chart-table-box"
      onToggle={(event) => {
        isOpen.value = (event.currentTarget as HTMLDetailsElement).open;
      }}
    >
      <summary>
        As a table<span class="visually-hidden">: {label}</span>
      </summary>
      {isOpen.value && (
        <div class="chart-table-scroller" tabIndex={0} role="group" aria-label={label}>
          <table class="table">
            <caption class="visually-hidden">{label}</caption>
            {children()}
          </table>
        </div>
      )}
    </details>
  );
}
