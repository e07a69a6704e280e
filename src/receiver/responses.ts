import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { CONTENT_TYPES, type OtlpProtocol, type OtlpSignal, REJECTED } from '../otlp/config/settings.js';

/** An answer to a request. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What can be wrong with a request, as a status of HTTP and a code of `google.rpc.Code`. */
const PROBLEMS = {
  badRequest: [400, 3],
  unauthorized: [401, 16],
  forbidden: [403, 7],
  notFound: [404, 5],
  methodNotAllowed: [405, 12],
  lengthRequired: [411, 3],
  tooLarge: [413, 3],
  unsupportedMediaType: [415, 3],
  tooMany: [429, 8],
  unavailable: [503, 14],
} as const;

/** What is wrong with a request. */
export type Problem = keyof typeof PROBLEMS;

/** A request that is refused. */
export class RefusedError extends Error {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: Problem, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.problem = problem;
    this.headers = headers;
  }
}

/** The refusal of a request that is to come again when the receiver can take it. */
export function unavailable(why: string): RefusedError {
  return new RefusedError('unavailable', why, { 'retry-after': '5' });
}

/** The refusal of a request that may come again later. */
export function tooMany(why: string): RefusedError {
  return new RefusedError('tooMany', why, { 'retry-after': '1' });
}

export function tooLarge(what: string, limit: number): RefusedError {
  return new RefusedError('tooLarge', `expected a ${what} of at most ${limit} bytes`);
}

/** Characters of an error message to a sender, at most. */
const MAX_MESSAGE = 2_000;

/**
 * The answer to a request that was taken, in part or as a whole (OTLP specification, "Success", "Partial Success").
 *
 * @param message - why something was rejected; without that, what the sender should know all the same.
 */
export function takenReply(protocol: OtlpProtocol, signal: OtlpSignal, rejected: number, message: string): Reply {
  const isWhole = rejected === 0 && message === '';
  const errorMessage = message.slice(0, MAX_MESSAGE).toWellFormed();
  if (protocol === 'http/json') {
    const partialSuccess = { [REJECTED[signal]]: String(rejected), errorMessage };
    return reply(200, protocol, isWhole ? {} : { partialSuccess });
  }
  const writer = new BinaryWriter();
  if (!isWhole) {
    writer.tag(1, WireType.LengthDelimited).fork();
    if (rejected > 0) writer.tag(1, WireType.Varint).int64(rejected);
    writer.tag(2, WireType.LengthDelimited).string(errorMessage).join();
  }
  return reply(200, protocol, writer.finish());
}

/** The answer to a request that is refused: a `google.rpc.Status` in the request's encoding (OTLP specification, "Failures"). */
export function refusedReply(protocol: OtlpProtocol, { problem, message, headers }: RefusedError): Reply {
  const [status, code] = PROBLEMS[problem];
  if (protocol === 'http/json') return reply(status, protocol, { code, message }, headers);
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int32(code).tag(2, WireType.LengthDelimited).string(message);
  return reply(status, protocol, writer.finish(), headers);
}

function reply(
  status: number,
  protocol: OtlpProtocol,
  body: Uint8Array | object,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { ...headers, 'content-type': CONTENT_TYPES[protocol] },
    body: body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)),
  };
}
