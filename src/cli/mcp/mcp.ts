import { defineCommand } from '../command.js';
import { UsageError, valueOf, wholeNumber } from '../values.js';

/** The values of the options of `rimp mcp`. */
export interface McpValues {
  readonly maxBytes?: number;
}

const MIN_BYTES = 4_000;

const NOTES = `
SOURCE is what rimp query takes, except standard input, which is the protocol's. With several, each call may name one of
them, and "compare" two; nothing else is read, and nothing is written. Without SOURCE, it is a running rimp serve
(RIMP_TOKEN is its token) at OTEL_EXPORTER_OTLP_ENDPOINT, if that is of this machine, else at http://127.0.0.1:4318; else
telemetry.db or telemetry.jsonl in the working directory. It is looked for at each call.

The server speaks the Model Context Protocol on standard input and output, and ends with the former. It needs the package
@modelcontextprotocol/sdk. Its tools: summary, errors, patterns, events, traces, trace, spans, metrics, compare. What telemetry
holds is untrusted, and answers say so. docs/mcp.md has the configuration of coding agents.

Exit status: 0 the client ended it, 2 an error.
`;

/** `rimp mcp`. */
export const mcp = defineCommand<McpValues>({
  name: 'mcp',
  title: 'answers coding agents: errors, traces, metrics, before and after, by the Model Context Protocol',
  examples: [
    ['rimp mcp', 'what a running rimp serve keeps, else telemetry.db'],
    ['rimp mcp telemetry.db', 'what a file or a database holds'],
    ['rimp mcp main.db branch.db', 'two recordings, to be compared'],
    ['claude mcp add telemetry -- npx -p rimp-telemetry rimp mcp', 'tells an agent about it'],
  ],
  usage: '[SOURCE…] [OPTION…]',
  notes: NOTES,
  describe(parser) {
    parser
      .argument('[SOURCE...]', 'what is read')
      .option('--max-bytes <N>', 'the size of an answer at most; default: 20000', valueOf(['--max-bytes'], bytes));
  },
  async run(values, sources) {
    if (sources.includes('-'))
      throw new UsageError('expected SOURCE to be other than -: standard input is the protocol');
    const { runMcp } = await import('./run-mcp.js');
    return runMcp(values, sources);
  },
});

function bytes(text: string, flag: string): number {
  const number = wholeNumber(text, flag);
  if (number >= MIN_BYTES) return number;
  throw new UsageError(`expected ${flag} to be ${MIN_BYTES} or more, got "${text}"`);
}
