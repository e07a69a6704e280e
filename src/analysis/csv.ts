import { isEvent, type TelemetryItem } from '../model/item.js';
import { fieldOf, textOf } from './filter/fields.js';

const FIELDS = [
  'time',
  'kind',
  'type',
  'source',
  'name',
  'message',
  'value',
  'unit',
  'trace_id',
  'span_id',
  'parent_span_id',
  'duration_ms',
  'id',
];
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The first line of CSV. */
export const CSV_HEADER = [...FIELDS, 'data'].join(',');

/**
 * Makes a line of CSV (RFC 4180) of an item; metadata and tags are JSON in the last column.
 *
 * @param escape - what is done to the text of each cell.
 */
export function csvLine(escape: (text: string) => string): (item: TelemetryItem) => string {
  const fields = FIELDS.map((name) => fieldOf(name));
  return (item) => {
    const data = isEvent(item) ? item.metadata : item.tags;
    const cells = [...fields.map((field) => textOf(field(item))), textOf(data)];
    return cells.map((cell) => quoted(escape(cell))).join(',');
  };
}

/** Text that no spreadsheet takes for a formula: what begins like one, and is no number, begins with an apostrophe. */
export function defused(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
