import { NAMES, POSITIVE_INTEGER, type Rule, type Rules, TEXT, TOKEN } from '../model/options.js';

/** Settings of `createLiveView`. */
export interface LiveViewOptions {
  /**
   * The path at which the handler is mounted, such as `'/telemetry'`. Default: where Express has mounted it, else `'/'`.
   * Frameworks that leave the whole path in the request's `url`, such as Fastify and Hono, need it.
   */
  readonly path?: string | undefined;
  /**
   * What readers have to show: `Authorization: Bearer …`, or in a browser `?token=…` or a form, once. Default: none is
   * needed, and only requests from this machine are answered.
   */
  readonly token?: string | undefined;
  /**
   * Names that `Host` may have in requests from this machine, beside addresses, `localhost` and names without a dot: that
   * of a reverse proxy, for example. Default: none, others are answered 403, as a page in a browser could have its own name
   * resolved to 127.0.0.1.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** `OTEL_EXPORTER_OTLP_ENDPOINT` for senders, which the page shows as long as nothing has come. Default: none is shown. */
  readonly endpoint?: string | undefined;
  /** Items that are held in memory for browsers that come, or come back; default 20,000. */
  readonly maxRecentItems?: number | undefined;
  /** The memory that these may take, in bytes, by an estimate; default 32 MiB. */
  readonly maxRecentBytes?: number | undefined;
}

const PATH: Rule = {
  isRight: (value) => typeof value === 'string' && /^\/[^?#]*$/.test(value),
  expected: 'a path such as "/telemetry"',
};

/** What the options have to be. */
export const LIVE_VIEW_RULES: Rules = {
  path: PATH,
  token: TOKEN,
  allowedHosts: NAMES,
  endpoint: TEXT,
  maxRecentItems: POSITIVE_INTEGER,
  maxRecentBytes: POSITIVE_INTEGER,
};
