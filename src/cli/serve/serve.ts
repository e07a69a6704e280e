import { Option } from 'commander';
import { defineCommand } from '../command.js';
import { collect, valueOf, wholeNumber } from '../values.js';

const NOTES = `
It takes logs, metrics and traces at /v1/logs, /v1/metrics and /v1/traces, in protobuf and JSON, gzip or not; a request
is answered when what is in it is stored. A span is kept as an event with a duration. Point an exporter to it with
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318

The live view is at / of its address: what comes and what is kept, in a browser; /api/ has the same as JSON. rimp query,
tail, stats, diff, convert and mcp take the address as SOURCE. Prometheus scrapes /metrics.

It keeps what comes in telemetry.db, an SQLite database, for 7 days and up to 1 GiB; without SQLite in telemetry.jsonl,
10 compressed files of 100 MiB. With SOURCE it receives nothing: it shows a file or a database, read only, with what comes
into it meanwhile.

--host: other machines can't reach 127.0.0.1; other addresses should need a token.
--storage: a database if it ends with .db, .sqlite or .sqlite3 or is a postgres:// or clickhouse:// URL, else a file of
JSON lines; of these everything is kept that no option bounds.
--demo: keeps it in memory, unless --storage is given.
--print: lines that nobody reads are left out, and counted.

SIGINT and SIGTERM end it: what is under way is answered and stored before. A second signal ends it at once.

Exit status: 0 it was ended and everything is stored, 1 something is lost or it couldn't start, 2 wrong usage.
`;

/** The values of the options of `rimp serve`. */
export interface ServeValues {
  readonly port?: number;
  readonly host?: string;
  readonly allowHost?: readonly string[];
  readonly tokenFile?: string;
  readonly storage?: string;
  readonly backend?: 'file' | 'database' | 'memory';
  readonly rotateBytes?: number;
  readonly keepFiles?: number;
  readonly keepDays?: number;
  readonly keepBytes?: number;
  readonly demo?: boolean;
  readonly print?: boolean;
  readonly maxBodyBytes?: number;
}

/** `rimp serve`. */
export const serve = defineCommand<ServeValues>({
  name: 'serve',
  title: 'receives OTLP over HTTP, keeps it, and shows it in a browser',
  examples: [
    ['rimp serve', 'keep what comes to port 4318 in telemetry.db, and show it at http://127.0.0.1:4318/'],
    ['rimp serve --demo', 'the same with the telemetry of an example, in memory'],
    ['rimp serve old.jsonl', 'show a recording, or what another process writes'],
    ['rimp serve --storage telemetry.jsonl --print', 'keep lines, and print what comes'],
    ['rimp serve --rotate-bytes 100000000 --keep-files 10', 'begin a file at 100 MB, keep ten closed ones'],
  ],
  usage: '[SOURCE] [OPTION…]',
  notes: NOTES,
  failureStatus: 1,
  describe: (parser) =>
    parser
      .argument('[SOURCE]', 'a file or a database to show')
      .option('--port <N>', 'default: 4318, 0 for any that is free', valueOf(['--port'], wholeNumber))
      .option('--host <ADDRESS>', 'default: 127.0.0.1')
      .option(
        '--allow-host <NAME>',
        'a name that requests may have as their Host on loopback, beside addresses, localhost and names without a dot; may be repeated',
        collect(['--allow-host']),
      )
      .option(
        '--token-file <FILE>',
        'requests need "Authorization: Bearer …" with the token in this file; default: RIMP_TOKEN, if set',
      )
      .option('--storage <PATH>', 'default: RIMP_STORAGE_PATH, else telemetry.db')
      .addOption(
        new Option('--backend <NAME>', "default: as the storage's path says").choices(['file', 'database', 'memory']),
      )
      .option(
        '--rotate-bytes <N>',
        'close the file and begin another one beyond so many bytes; closed ones are compressed',
        valueOf(['--rotate-bytes'], wholeNumber),
      )
      .option('--keep-files <N>', 'how many closed files stay; default: all', valueOf(['--keep-files'], wholeNumber))
      .option('--keep-days <N>', 'how many days a database keeps items', valueOf(['--keep-days'], wholeNumber))
      .option('--keep-bytes <N>', 'how many bytes of items SQLite keeps, about', valueOf(['--keep-bytes'], wholeNumber))
      .option('--demo', 'send it the telemetry of an example: a shop of three services')
      .option('--print', 'print each event and metric as it is stored, a line each')
      .option(
        '--max-body-bytes <N>',
        'the largest request; default: 8388608',
        valueOf(['--max-body-bytes'], wholeNumber),
      ),
  optionNames: {
    storageBackend: '--backend',
    storagePath: '--storage',
    'rotation.maxBytes': '--rotate-bytes',
    'retention.maxFiles': '--keep-files',
    'retention.maxAgeSeconds': '--keep-days',
    'retention.maxTotalBytes': '--keep-bytes',
    port: '--port',
    host: '--host',
    maxBodyBytes: '--max-body-bytes',
    allowedHosts: '--allow-host',
    token: '--token-file',
  },
  async run(values, [source]) {
    if (source === undefined) {
      const { runReceiver } = await import('./run-receiver.js');
      return runReceiver(values);
    }
    const { showSource } = await import('./show-source.js');
    return showSource(values, source);
  },
});
