// Requests of OTLP in JSON, and where to send them.

/** Nanoseconds since the Unix epoch, as OTLP in JSON has them. */
export const nanos = (millis) => String(BigInt(Math.round(millis * 1e3)) * 1_000n);

export const attributes = (map) => Object.entries(map).map(([key, value]) => ({ key, value: valueOf(value) }));

function valueOf(value) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

export const resourceOf = (service) => ({
  attributes: attributes({ 'service.name': service, 'service.version': '1.4.2', 'service.namespace': 'shop' }),
});

/** Sends items of one kind, grouped by service and scope: `[service, scope, item]`. */
export async function send(endpoint, kind, items) {
  const [resources, scopes, list] = {
    logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
    traces: ['resourceSpans', 'scopeSpans', 'spans'],
    metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  }[kind];
  const groups = new Map();
  for (const [service, scope, item] of items) {
    const key = `${service}\n${scope}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const body = {
    [resources]: [...groups].map(([key, members]) => {
      const [service, name] = key.split('\n');
      return {
        resource: resourceOf(service),
        [scopes]: [{ scope: { name }, [list]: members }],
      };
    }),
  };
  const response = await fetch(`${endpoint}/v1/${kind}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${kind}: ${response.status} ${await response.text()}`);
}
