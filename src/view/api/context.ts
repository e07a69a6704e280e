import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hello } from '../api-types.js';
import type { ViewHost } from '../host.js';
import type { LiveFeed } from '../live/live-feed.js';
import type { Slots } from './slots.js';

/** What answers of the API are made of. */
export interface ApiContext {
  readonly host: ViewHost;
  readonly feed: LiveFeed;
  /** What every stream begins with, but for what is of one stream. */
  readonly hello: Omit<Hello, 'recent'>;
  /** For requests that read many items. */
  readonly scans: Slots;
  /** For downloads. */
  readonly exports: Slots;
  /** For event streams. */
  readonly readers: Slots;
}

/** A request to the API, already admitted. */
export interface ApiRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The query string, without its question mark. */
  readonly search: string;
  /** Aborted when the client goes away, or the view is closed. */
  readonly signal: AbortSignal;
}

/** Answers a request; rejects with an `ApiProblem` or a `TelemetryError` as long as nothing was sent. */
export type Endpoint = (context: ApiContext, request: ApiRequest) => Promise<void> | void;
