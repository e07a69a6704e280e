/** A program that uses the core of the package: collects, receives over OTLP, stores in `telemetry.jsonl`. */
export const CORE_PROGRAM = `
import { createOtlpReceiver, TelemetryCollector } from 'rimp-telemetry';
import { TelemetryCollector as Legacy } from 'rimp-telemetry/legacy';

async function main() {
const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: 'telemetry.jsonl' });
collector.collectEvent('app', 'collected', 'info', { by: 'a bundler' });
const receiver = await createOtlpReceiver({ collector, port: 0 });
await fetch(receiver.url + '/v1/logs', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'received' } }] }] }] }),
});
await receiver.shutdown();
new Legacy().collect_event('app', 'legacy');
await collector.shutdown();
console.log('done');
}
main();
`;
