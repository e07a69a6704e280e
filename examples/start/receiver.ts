// A program of its own: an OTLP receiver that keeps what it takes in a file. Arguments: the port, the file.
import { createOtlpReceiver, FileStorage, TelemetryCollector } from 'rimp-telemetry';

const [port = '0', path = 'received.jsonl'] = process.argv.slice(2);
const collector = new TelemetryCollector({}, { storage: new FileStorage(path) });
const receiver = await createOtlpReceiver({ collector, port: Number(port) });
console.log(receiver.url);
// it ends with the program that started it, whatever ends that
process.stdin.resume().once('end', () => process.exit(0));
