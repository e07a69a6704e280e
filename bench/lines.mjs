// Files to read: the same events as this library writes them, as Python does, and with metadata first.
import { closeSync, openSync, writeSync } from 'node:fs';
import { TelemetryData, TelemetryEvent } from 'rimp-telemetry';

export const START = Date.UTC(2026, 0, 1);
/** Milliseconds between two events. */
export const STEP = 10;

export const fieldsOf = (i) => ({ user_id: `u${i % 1000}`, amount: (i % 9973) / 100, ok: true, items: i % 7 });
const idOf = (i) => `01a210b7-64fa-77f0-9be0-${String(i).padStart(12, '0')}`;

/** Lines by form; each ends with a newline. */
export const FORMS = {
  ours: (i) =>
    `{"type":"event","data":{"event_id":"${idOf(i)}","timestamp":"${new Date(START + i * STEP).toISOString()}","event_type":"info","source":"shop","message":"order ${i} placed","metadata":${JSON.stringify(fieldsOf(i))}}}\n`,
  python: (i) => {
    const { user_id, amount, items } = fieldsOf(i);
    const time = new Date(START + i * STEP).toISOString().slice(0, -1);
    return `{"type": "event", "data": {"event_id": "${idOf(i)}", "timestamp": "${time}${String(i % 997).padStart(3, '0')}", "event_type": "info", "source": "shop", "message": "order ${i} placed", "metadata": {"user_id": "${user_id}", "amount": ${amount}, "ok": true, "items": ${items}}}}\n`;
  },
  metadataFirst: (i) =>
    `{"type":"event","data":{"metadata":${JSON.stringify(fieldsOf(i))},"event_id":"${idOf(i)}","timestamp":"${new Date(START + i * STEP).toISOString()}","event_type":"info","source":"shop","message":"order ${i} placed"}}\n`,
};

/** Writes a file of so many lines, without an index. */
export function writeLines(path, count, lineOf) {
  const descriptor = openSync(path, 'w');
  let text = '';
  for (let i = 0; i < count; i += 1) {
    text += lineOf(i);
    if (text.length >= 262_144) {
      writeSync(descriptor, text);
      text = '';
    }
  }
  writeSync(descriptor, text);
  closeSync(descriptor);
}

/** A batch of ready events. */
export function batchOf(first, count) {
  const events = Array.from(
    { length: count },
    (_, i) =>
      new TelemetryEvent({
        source: 'shop',
        message: `order ${first + i} placed`,
        timestamp: new Date(START + (first + i) * STEP),
        metadata: fieldsOf(first + i),
      }),
  );
  return new TelemetryData({ events });
}
