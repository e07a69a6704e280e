import { ANY_OBJECT, FUNCTION, NAMES, POSITIVE_INTEGER, type Rule, type Rules, TEXT, TOKEN } from '../model/options.js';
import type { Bridged } from '../otel/bridge.js';
import type { OtlpSignal } from '../otlp/config/settings.js';
import type { LedgerFigures } from '../pipeline/counters.js';
import type { HttpHandler } from '../runtime/http-types.js';

/** Settings of `createOtlpReceiver`. */
export interface OtlpReceiverOptions {
  /** The collector that is given what is received. */
  readonly collector: Bridged;
  /** The port to listen on; default 4318. 0 takes any that is free. */
  readonly port?: number | undefined;
  /** The address to listen on; default `'127.0.0.1'`, which other machines can't reach. */
  readonly host?: string | undefined;
  /**
   * Names that `Host` may have while the receiver listens on loopback, beside addresses, `localhost` and names without a
   * dot: a reverse proxy may pass on the name that it is called by. Default: none, such requests are answered 403, as a
   * page in a browser could have its own name resolved to 127.0.0.1.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Requests need `Authorization: Bearer …` with this token; default: none is needed. */
  readonly token?: string | undefined;
  /**
   * What answers requests beside `/v1/…`, such as the handler that `createLiveView` returns; their `Host` was checked, and
   * the rest is the handler's to check, a token included. Default: they are answered 404.
   */
  readonly view?: HttpHandler | undefined;
  /** The largest body as it is sent; default 8 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** The largest body after decompression; default 16 MiB. */
  readonly maxDecompressedBytes?: number | undefined;
  /** All bodies that are in memory at a time, beyond which requests are answered 429; default 64 MiB. */
  readonly maxInFlightBytes?: number | undefined;
  /** How long the headers of a request may take, in milliseconds; default 10,000. */
  readonly headersTimeoutMillis?: number | undefined;
  /** How long a whole request may take, in milliseconds; default 30,000. */
  readonly requestTimeoutMillis?: number | undefined;
  /** Connections at a time; further ones are closed; default 1,000. */
  readonly maxConnections?: number | undefined;
}

/** A running receiver. */
export interface OtlpReceiver {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  /** The port that it listens on. */
  readonly port: number;
  /** Counters of log records, metric points and spans, as they were sent; the items are in `collector.health()`. */
  readonly figures: { readonly [S in OtlpSignal]: LedgerFigures };
  /** Takes no more requests, answers those that are under way, for at most `timeoutMillis` (default 10,000). */
  shutdown(options?: { readonly timeoutMillis?: number | undefined }): Promise<void>;
}

const PORT: Rule = {
  isRight: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 65_536,
  expected: 'a port, 0 to 65535',
};

/** What the options have to be. */
export const RECEIVER_RULES: Rules = {
  collector: ANY_OBJECT,
  port: PORT,
  host: TEXT,
  allowedHosts: NAMES,
  token: TOKEN,
  view: FUNCTION,
  maxBodyBytes: POSITIVE_INTEGER,
  maxDecompressedBytes: POSITIVE_INTEGER,
  maxInFlightBytes: POSITIVE_INTEGER,
  headersTimeoutMillis: POSITIVE_INTEGER,
  requestTimeoutMillis: POSITIVE_INTEGER,
  maxConnections: POSITIVE_INTEGER,
};
