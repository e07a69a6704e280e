import type { Digest } from '../../codec/digest-id.js';
import type { HrTime, ResourceLike, ScopeLike } from '../../otel/sdk-types.js';
import { type Decoder, TooManyPartsError } from './decoder.js';
import { RecordIds, sharedDigest } from './record-id.js';
import type { Message } from './schema.js';
import { SharedBytes, weightOf } from './shared-bytes.js';

/** A part of a request that can't be read. */
export class Rejected {
  /** Log records, metric points or spans. */
  readonly items: number;
  readonly reason: string;

  constructor(items: number, error: unknown) {
    this.items = error instanceof TooManyPartsError ? Math.max(items, error.parts) : items;
    this.reason = error instanceof Error ? error.message : 'not readable';
  }
}

/** A resource or a scope as it is sent. */
export interface Attributed {
  readonly attributes?: object;
}

/** How the messages of a signal are called. */
export interface SignalForm {
  readonly request: Message;
  readonly resources: 'resourceLogs' | 'resourceSpans';
  readonly scopes: 'scopeLogs' | 'scopeSpans';
  readonly parts: 'logRecords' | 'spans';
}

/** What a part belongs to. */
export interface Surroundings {
  readonly resource: ResourceLike;
  readonly scope: ScopeLike;
  /** Sets the id of a part that has none of its own, in its attributes. */
  giveId(attributes: object, time: HrTime, lazy: unknown): void;
}

interface Request {
  readonly [resources: string]: readonly ({ readonly resource?: Attributed } & {
    readonly [scopes: string]: readonly ScopeMessage[] | undefined;
  })[];
}

interface ScopeMessage {
  readonly scope?: Partial<ScopeLike>;
  readonly logRecords?: readonly unknown[];
  readonly spans?: readonly unknown[];
}

const NO_SCOPE: ScopeLike = { name: '' };

/**
 * The log records or spans of a request, one by one; `undefined` if others may have their turn before the next one.
 *
 * @param read - reads one of them; what it throws makes that one {@link Rejected}.
 * @throws DecodeError if the request as a whole can't be read.
 */
export function* partsOf<T>(
  decoder: Decoder,
  { request: message, resources, scopes, parts }: SignalForm,
  read: (lazy: unknown, around: Surroundings) => T,
): Generator<T | Rejected | undefined> {
  const request = (yield* decoder.request(message)) as Request;
  const shared = new SharedBytes(decoder.size);
  const ids = new RecordIds();
  for (const ofResource of request[resources] ?? []) {
    const resource: ResourceLike = { attributes: ofResource.resource?.attributes ?? {} };
    const weight = weightOf(resource.attributes);
    yield;
    for (const ofScope of ofResource[scopes] ?? []) {
      const lazies = ofScope[parts] ?? [];
      const given = ofScope.scope;
      try {
        shared.add(lazies.length, weight + weightOf(given));
      } catch (error) {
        yield new Rejected(lazies.length, error);
        continue;
      }
      const scope: ScopeLike = given === undefined ? NO_SCOPE : { ...given, name: given.name ?? '' };
      let digest: Digest | undefined;
      const around: Surroundings = {
        resource,
        scope,
        giveId(attributes, time, lazy) {
          digest ??= sharedDigest(resource.attributes, scope);
          ids.give(attributes, time, () => decoder.source(lazy), digest);
        },
      };
      for (const lazy of lazies) {
        try {
          yield read(lazy, around);
        } catch (error) {
          yield new Rejected(1, error);
        }
      }
    }
  }
}
