import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { inBackground } from '../../src/runtime/background.js';

describe('inBackground', () => {
  it('leaves the request whose call caused the work, its span, and is not traced', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const requests = new AsyncLocalStorage<string>();
    const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
    const seen = requests.run('a request', () =>
      context.with(trace.setSpan(ROOT_CONTEXT, span), () =>
        inBackground(() => ({
          request: requests.getStore(),
          span: trace.getSpan(context.active()),
          suppressed: isTracingSuppressed(context.active()),
        })),
      ),
    );
    context.disable();
    expect(seen).toEqual({ request: undefined, span: undefined, suppressed: true });
  });
});
