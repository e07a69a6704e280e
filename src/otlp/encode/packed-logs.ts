import type { LogRecordLike, ResourceLike, ScopeLike } from '../../otel/sdk-types.js';
import { writeLogRecord } from './log-record.js';
import { ProtobufWriter, varintSize } from './protobuf-writer.js';
import type { Surroundings, SurroundingsCache } from './surroundings.js';

/** Log records of one resource and scope. */
interface Group {
  readonly resource: ResourceLike;
  readonly scope: ScopeLike;
  readonly surroundings: Surroundings;
  /** Its records, in order. */
  readonly pieces: readonly Uint8Array[];
  readonly size: number;
}

/** A group whose records are still being written. */
interface OpenGroup extends Pick<Group, 'resource' | 'scope' | 'surroundings'> {
  /** Where its records are among the bytes: from and to by turns. */
  readonly ranges: number[];
  size: number;
}

let writer: ProtobufWriter | undefined;

/** Log records in the bytes of a request, all but how they are put together: nothing else of them has to wait in memory. */
export class PackedLogs {
  /** Of their records, without what is around these in a request. */
  readonly byteLength: number;
  readonly #groups: readonly Group[];

  private constructor(byteLength: number, groups: readonly Group[]) {
    this.byteLength = byteLength;
    this.#groups = groups;
  }

  /**
   * Packs records; `undefined` if they can't be: a value has no end, or their resource is still being detected.
   *
   * @param cache - what serialises resources and scopes.
   */
  static of(records: readonly LogRecordLike[], cache: SurroundingsCache): PackedLogs | undefined {
    // one is enough, as nothing comes between; one that was left in the middle of a record is not used again
    const to = writer ?? new ProtobufWriter();
    writer = undefined;
    to.at = 0;
    const groups: OpenGroup[] = [];
    try {
      let group: OpenGroup | undefined;
      for (const record of records) {
        if (record.resource.asyncAttributesPending === true) return undefined;
        const from = to.at;
        writeLogRecord(to, record);
        group = groupOf(groups, group, record, cache);
        const { ranges } = group;
        if (ranges.at(-1) === from) ranges[ranges.length - 1] = to.at;
        else ranges.push(from, to.at);
        group.size += to.at - from;
      }
    } catch {
      return undefined;
    }
    writer = to;
    const bytes = to.copy();
    return new PackedLogs(
      bytes.length,
      groups.map(({ ranges, ...group }) => ({ ...group, pieces: piecesOf(bytes, ranges) })),
    );
  }

  /** All of these as one, without a copy of their bytes. */
  static join(parts: readonly [PackedLogs, ...PackedLogs[]]): PackedLogs {
    if (parts.length === 1) return parts[0];
    const byteLength = parts.reduce((sum, part) => sum + part.byteLength, 0);
    return new PackedLogs(
      byteLength,
      parts.flatMap((part) => part.#groups),
    );
  }

  /** The request, an `ExportLogsServiceRequest`. */
  toRequest(): Uint8Array {
    const byResource = new Map<ResourceLike, Group[]>();
    for (const group of this.#groups) {
      const known = byResource.get(group.resource);
      if (known === undefined) byResource.set(group.resource, [group]);
      else known.push(group);
    }
    const resources = Array.from(byResource.values(), sized);
    const to = new ProtobufWriter(resources.reduce((sum, { size }) => sum + fieldSize(size), 0));
    for (const { around, scopes, size } of resources) {
      to.byte(0x0a);
      to.varint(size);
      to.raw(around.before);
      for (const { group, size: inner } of scopes) {
        const { scope } = group.surroundings;
        to.byte(0x12);
        to.varint(inner);
        to.raw(scope.before);
        for (const piece of group.pieces) to.raw(piece);
        to.raw(scope.behind);
      }
      to.raw(around.behind);
    }
    return to.whole();
  }
}

function piecesOf(bytes: Uint8Array, ranges: readonly number[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < ranges.length; at += 2) pieces.push(bytes.subarray(ranges[at], ranges[at + 1]));
  return pieces;
}

/** The groups of a resource, with the lengths of their messages and of the whole. */
function sized(groups: readonly Group[]) {
  const around = (groups[0] as Group).surroundings.resource;
  const scopes = groups.map((group) => {
    const { before, behind } = group.surroundings.scope;
    return { group, size: before.length + group.size + behind.length };
  });
  const inner = scopes.reduce((sum, { size }) => sum + fieldSize(size), 0);
  return { around, scopes, size: around.before.length + inner + around.behind.length };
}

/** The length of a field whose content has this one. */
function fieldSize(size: number): number {
  return 1 + varintSize(size) + size;
}

function groupOf(
  groups: OpenGroup[],
  last: OpenGroup | undefined,
  record: LogRecordLike,
  cache: SurroundingsCache,
): OpenGroup {
  const { resource, instrumentationScope: scope } = record;
  const isOf = (group: OpenGroup): boolean => group.resource === resource && group.scope === scope;
  if (last !== undefined && isOf(last)) return last;
  const known = groups.find(isOf);
  if (known !== undefined) return known;
  const made: OpenGroup = { resource, scope, surroundings: cache.get(record), ranges: [], size: 0 };
  groups.push(made);
  return made;
}
