import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The requests of the `examples` directory of opentelemetry-proto, of OTLP_EXAMPLES or of beside the repository. */
const directory = process.env.OTLP_EXAMPLES ?? join(process.cwd(), '..', 'shared', 'data', 'otlp-examples');

/** Whether they are here. */
export const examplesHere = existsSync(directory);
if (!examplesHere)
  process.stderr.write(
    'SKIPPED: the examples of opentelemetry-proto are not here (set OTLP_EXAMPLES to their directory)\n',
  );

/** What is sent where. */
export const EXAMPLES = [
  ['logs', 'logs'],
  ['logs', 'events'],
  ['metrics', 'metrics'],
  ['traces', 'trace'],
] as const;

/** One of them, as it is sent. */
export function example(name: (typeof EXAMPLES)[number][1]): string {
  return readFileSync(join(directory, `${name}.json`), 'utf8');
}
