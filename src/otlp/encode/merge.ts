import type { OtlpProtocol } from '../config/settings.js';
import type { QueueEntry } from '../queue/segment.js';

/** What follows the list in a request in JSON. */
const JSON_TAIL = ']}';

/** One request of several, with what is in them in the same order. */
export function merge(entries: readonly QueueEntry[], protocol: OtlpProtocol): Uint8Array {
  const [first] = entries;
  if (first !== undefined && entries.length === 1) return first.payload;
  // of two messages one after the other the lists are one (Protocol Buffers, "Last One Wins", repeated fields)
  if (protocol === 'http/protobuf') return Buffer.concat(entries.map(({ payload }) => payload));
  const texts = entries.map(({ payload }) => Buffer.from(payload).toString('utf8'));
  const head = texts[0]?.slice(0, texts[0].indexOf('[') + 1) ?? '';
  const lists = texts.map((text) => text.slice(text.indexOf('[') + 1, text.lastIndexOf(JSON_TAIL)));
  return Buffer.from(`${head}${lists.filter((list) => list !== '').join(',')}${JSON_TAIL}`);
}
