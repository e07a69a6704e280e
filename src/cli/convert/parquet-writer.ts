import { encodeMap } from '../../codec/json-line-encode.js';
import { TelemetryError } from '../../model/errors.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import { sizeOfItem } from '../../model/item-size.js';
import { severityOf } from '../../model/severity.js';
import { requireFromApplication } from '../../runtime/application-require.js';
import type { ItemWriter } from './item-writer.js';
import type { WholeFile } from './whole-file.js';

/** A column as Parquet describes it. */
interface SchemaElement {
  readonly name: string;
  readonly type?: 'BYTE_ARRAY' | 'DOUBLE' | 'INT32' | 'INT64';
  readonly converted_type?: 'UTF8' | 'TIMESTAMP_MILLIS';
  readonly repetition_type?: 'REQUIRED' | 'OPTIONAL';
  readonly num_children?: number;
}

/** What of `hyparquet-writer` is used. */
interface Hyparquet {
  readonly fileWriter: (path: string) => object;
  readonly ParquetWriter: new (options: {
    readonly writer: object;
    readonly schema: readonly SchemaElement[];
    readonly createdBy: string;
  }) => Rows;
}

interface Rows {
  write(rows: {
    readonly columnData: readonly { readonly name: string; readonly data: readonly unknown[] }[];
    readonly rowGroupSize: number;
  }): void;
  finish(): void;
}

interface Column {
  readonly element: SchemaElement;
  readonly valueOf: (item: TelemetryItem) => unknown;
}

/** Rows of a group, of which a reader skips those that can't match; and bytes of theirs in memory. */
const GROUP_ROWS = 50_000;
const GROUP_BYTES = 32 * 1024 * 1024;
const MAX_INT32 = 2 ** 31 - 1;

const COLUMNS: readonly Column[] = [
  text('kind', (item) => (isEvent(item) ? 'event' : 'metric'), 'REQUIRED'),
  text('id', (item) => (isEvent(item) ? item.eventId : item.metricId), 'REQUIRED'),
  {
    element: { name: 'time', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
    valueOf: ({ timestamp }) => timestamp,
  },
  text('event_type', (item) => (isEvent(item) ? item.eventType : undefined)),
  { element: { name: 'severity', type: 'INT32', repetition_type: 'OPTIONAL' }, valueOf: severity },
  text('source', (item) => (isEvent(item) ? item.source : undefined)),
  text('message', (item) => (isEvent(item) ? item.message : undefined)),
  map('metadata', (item) => (isEvent(item) ? item.metadata : undefined)),
  text('trace_id', (item) => (isEvent(item) ? item.otel?.traceId : undefined)),
  text('span_id', (item) => (isEvent(item) ? item.otel?.spanId : undefined)),
  text('name', (item) => (isEvent(item) ? undefined : item.name)),
  {
    element: { name: 'value', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    valueOf: (item) => (isEvent(item) ? undefined : item.value),
  },
  text('unit', (item) => (isEvent(item) ? undefined : item.unit)),
  map('tags', (item) => (isEvent(item) ? undefined : item.tags)),
  map('otel', ({ otel }) => otel),
];

/** A file of Parquet: a row for an item, with the columns of our databases. */
export class ParquetFile implements ItemWriter {
  readonly folded = 0;
  readonly there = 0;
  readonly #file: WholeFile;
  readonly #rows: Rows;
  #items: TelemetryItem[] = [];
  #bytes = 0;

  /** @throws TelemetryError `RIMP_MISSING_PACKAGE` if `hyparquet-writer` is not installed. */
  constructor(file: WholeFile) {
    const { fileWriter, ParquetWriter } = hyparquet();
    this.#file = file;
    const schema = [{ name: 'root', num_children: COLUMNS.length }, ...COLUMNS.map(({ element }) => element)];
    this.#rows = new ParquetWriter({ writer: fileWriter(file.path), schema, createdBy: 'rimp-telemetry' });
  }

  async write(items: readonly TelemetryItem[]): Promise<void> {
    for (const item of items) {
      this.#items.push(item);
      this.#bytes += sizeOfItem(item);
      if (this.#items.length >= GROUP_ROWS || this.#bytes >= GROUP_BYTES) this.#writeGroup();
    }
  }

  async finish(): Promise<void> {
    this.#writeGroup();
    this.#rows.finish();
    this.#file.finish();
  }

  async abandon(): Promise<void> {
    this.#file.abandon();
  }

  #writeGroup(): void {
    const items = this.#items;
    if (items.length === 0) return;
    const columnData = COLUMNS.map(({ element, valueOf }) => ({ name: element.name, data: items.map(valueOf) }));
    this.#rows.write({ columnData, rowGroupSize: items.length });
    this.#items = [];
    this.#bytes = 0;
  }
}

function hyparquet(): Hyparquet {
  const found = requireFromApplication('hyparquet-writer') as Hyparquet | undefined;
  if (found !== undefined) return found;
  throw new TelemetryError(
    'RIMP_MISSING_PACKAGE',
    'Parquet: this needs hyparquet-writer; install with: npm install hyparquet-writer',
  );
}

function text(
  name: string,
  valueOf: (item: TelemetryItem) => string | undefined,
  repetition: 'REQUIRED' | 'OPTIONAL' = 'OPTIONAL',
): Column {
  return { element: { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: repetition }, valueOf };
}

/** A map as JSON text, as a file of lines has it: readers that know JSON look into it, others show it. */
function map(name: string, mapOf: (item: TelemetryItem) => object | undefined): Column {
  return text(name, (item) => {
    const given = mapOf(item);
    return given === undefined ? undefined : encodeMap(given);
  });
}

function severity(item: TelemetryItem): number | undefined {
  if (!isEvent(item)) return undefined;
  const number = severityOf(item);
  return Number.isInteger(number) && Math.abs(number) <= MAX_INT32 ? number : undefined;
}
