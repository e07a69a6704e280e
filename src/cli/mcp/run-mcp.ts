import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { toError } from '../../model/errors.js';
import { VERSION } from '../../runtime/version.js';
import { err } from '../output/output.js';
import { untilSignal } from '../until-signal.js';
import { UsageError } from '../values.js';
import { answerOf, NOTICE } from './answer.js';
import { loadMcpSdk } from './load-sdk.js';
import type { McpValues } from './mcp.js';
import { checkArguments, type Parameters, schemaOf } from './parameters.js';
import { Recordings } from './recordings.js';
import { shortText } from './shorten.js';
import type { Tool } from './tool.js';
import { TOOLS } from './tools.js';

/** The size of an answer by default, in bytes. */
const MAX_BYTES = 20_000;
/** How long an answer is worked on: clients wait for a minute. */
const ANSWER_MILLIS = 30_000;
const MAX_ERROR_CHARACTERS = 2_000;

const INSTRUCTIONS = `Telemetry (logs, errors, metrics, traces) of the application that is worked on. Begin with "errors" to find what is broken, or "summary" to see what there is; "trace" tells one request's story; "compare" says what a change changed. Times are UTC. ${NOTICE}`;

/** Serves the protocol on standard input and output until the former ends; resolves to the exit status. */
export async function runMcp(values: McpValues, sources: readonly string[]): Promise<number> {
  const { Server, StdioServerTransport, CallToolRequestSchema, ListToolsRequestSchema } = loadMcpSdk();
  const recordings = new Recordings(sources);
  const maxBytes = values.maxBytes ?? MAX_BYTES;
  const server = new Server(
    { name: 'rimp', title: 'RIMP telemetry', version: VERSION },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS.map((tool) => described(tool, recordings)) }));
  const answering = new Set<Promise<CallToolResult>>();
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const answer = callTool(params, recordings, maxBytes, signal);
    answering.add(answer);
    return answer.finally(() => answering.delete(answer));
  });
  server.onerror = (error) => err.message(`rimp mcp: ${error.message}`);
  if (process.stdin.isTTY) err.line('rimp mcp: a coding agent starts this, and speaks with it; Ctrl-C ends it');
  const { signal, release } = untilSignal();
  try {
    const ended = endOfInput(signal);
    await server.connect(new StdioServerTransport());
    await ended;
    // what was asked before is answered: the protocol begins with it, and sends it, a turn later
    await nextTurn();
    await Promise.race([Promise.allSettled(answering), aborted(signal)]);
    await nextTurn();
  } finally {
    release();
    await server.close();
    process.stdin.destroy();
  }
  return 0;
}

/** A tool as clients are told of it. */
function described(tool: Tool, recordings: Recordings) {
  const { name, title, description } = tool;
  return {
    name,
    title,
    description,
    inputSchema: schemaOf(parametersOf(tool, recordings)),
    annotations: { title, readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  };
}

/** Never rejects: an error is for the model to read, which may ask again in another way. */
async function callTool(
  {
    name,
    arguments: given = {},
  }: { readonly name: string; readonly arguments?: Readonly<Record<string, unknown>> | undefined },
  recordings: Recordings,
  maxBytes: number,
  signal: AbortSignal,
): Promise<CallToolResult> {
  // not AbortSignal.timeout: a signal that is only a part of AbortSignal.any may be collected before its time
  const ends = new AbortController();
  const end = (): void => ends.abort();
  const timer = setTimeout(end, ANSWER_MILLIS);
  signal.addEventListener('abort', end);
  try {
    const tool = TOOLS.find((known) => known.name === name);
    if (tool === undefined) {
      const names = TOOLS.map((known) => known.name);
      throw new UsageError(`unknown tool "${name}": expected one of ${names.join(', ')}`);
    }
    const checked = checkArguments(parametersOf(tool, recordings), given);
    const report = await tool.run({
      given: checked,
      now: new Date(),
      signal: ends.signal,
      open: (recording) => recordings.open(recording),
    });
    return { ...answerOf(report, maxBytes, tool.maxCharacters?.(checked)) };
  } catch (error) {
    const text = shortText(`${name}: ${inArguments(toError(error).message)}`, MAX_ERROR_CHARACTERS);
    return { isError: true, content: [{ type: 'text', text }] };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** A tool's parameters, and which recording, if there are several. */
function parametersOf({ parameters }: Tool, { names }: Recordings): Parameters {
  if (names.length < 2) return parameters;
  const recording = (description: string) => ({ type: 'string', choices: names, description }) as const;
  return {
    ...parameters,
    recording: recording('Which recording is read; default: all of them, merged by time'),
    ...('at' in parameters && {
      before: recording('The recording before a change'),
      after: recording('The recording after it'),
    }),
  };
}

/** Options in the message of an error by the names that arguments have. */
function inArguments(message: string): string {
  return message.replace(/--([a-z]+(?:-[a-z]+)*)/g, (_all, name: string) => `"${name.replaceAll('-', '_')}"`);
}

/** Resolves when the client went away, or a signal asks for the end. */
function endOfInput(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => resolve();
    process.stdin.once('end', end).once('close', end).once('error', end);
    process.stdout.once('error', end);
    signal.addEventListener('abort', end);
  });
}

/** Resolves when a signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
