import type { ComponentChildren, VNode } from 'preact';
import { hello } from '../state/connection.js';
import { CopyButton } from './copy-button.js';

interface EmptyStateProperties {
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** What a page shows instead of nothing: what that means, and what to do next. */
export function EmptyState({ title, children }: EmptyStateProperties): VNode {
  return (
    <div class="empty-state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** The line that makes an application send to this server, to paste into its terminal. */
export function EndpointLine(): VNode | null {
  const endpoint = hello.value?.endpoint;
  if (endpoint === undefined) return null;
  const line = `export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`;
  return (
    <>
      <p>Start an application with OpenTelemetry after this line in its terminal:</p>
      <p class="paste-line">
        <code>{line}</code>
        <CopyButton text={() => line} label="Copy the line" />
      </p>
    </>
  );
}
