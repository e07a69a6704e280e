import { printable } from '../codec/printable.js';
import type { LedgerFigures } from '../pipeline/counters.js';
import type { ShipProgress, ShipSummary } from '../ship/options.js';
import { counted, duration, grouped, size } from './format.js';
import type { Output } from './output/output.js';

/** How often progress is shown if nobody watches. */
const PLAIN_MILLIS = 5_000;

/** How often the same warning is written. */
const NOTE_MILLIS = 30_000;

/** What the checkpoint said at the beginning. */
interface Resumed {
  readonly seconds: number;
  readonly resumed?: readonly { readonly source: string; readonly items: number; readonly upTo: Date | undefined }[];
}

/** Progress on a terminal as a line that changes, elsewhere as lines. */
export class Display {
  readonly #output: Output;
  #last: ShipProgress | undefined;
  #shownAt = performance.now();
  #isOpen = false;
  #gist = '';
  #notedAt = Number.NEGATIVE_INFINITY;
  #hasResumed = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Says once what earlier runs delivered, which is not sent again. */
  resumed({ resumed = [] }: Resumed): void {
    if (this.#hasResumed) return;
    this.#hasResumed = true;
    for (const { source, items, upTo } of resumed) {
      const until = upTo === undefined ? '' : ` up to ${upTo.toISOString()}`;
      this.note(`${source}: already delivered${until} (${grouped(items)} items); --restart sends all`);
    }
  }

  progress(progress: ShipProgress): void {
    this.#last = progress;
    this.resumed(progress);
    if (this.#output.isTerminal) {
      this.#output.write(`\r\u001b[K${line(progress)}`);
      this.#isOpen = true;
    } else if (performance.now() - this.#shownAt >= PLAIN_MILLIS) {
      this.#shownAt = performance.now();
      this.#output.write(`${line(progress)}\n`);
    }
  }

  note(text: string): void {
    // all signals go to one endpoint, again and again: it is shown at most every 30 s, and when it is something else
    const gist = text.replace(/\/v1\/\w+/g, '').replace(/\d+ items/, 'items');
    const now = performance.now();
    if (gist === this.#gist && now - this.#notedAt < NOTE_MILLIS) return;
    this.#gist = gist;
    this.#notedAt = now;
    if (this.#output.isTerminal && this.#isOpen) this.#output.write('\r\u001b[K');
    this.#output.message(`rimp ship: ${text}`);
    if (this.#output.isTerminal && this.#last !== undefined) this.progress(this.#last);
  }

  end(): void {
    if (this.#isOpen) this.#output.write('\n');
    this.#isOpen = false;
  }
}

function line({ events, metrics, settled, bytesRead, totalBytes, seconds }: ShipProgress): string {
  const time = Math.max(seconds, 0.001);
  const parts = [
    `${grouped(settled)} items`,
    size(bytesRead),
    `${grouped(settled / time)} items/s`,
    `${(bytesRead / time / 1e6).toFixed(1)} MB/s`,
  ];
  if (totalBytes !== undefined && totalBytes > 0) {
    // what was read is not yet delivered
    const part = Math.min(1, bytesRead / totalBytes) * (events + metrics > 0 ? settled / (events + metrics) : 1);
    parts.push(`${(part * 100).toFixed(0)} %`);
    if (part > 0 && part < 1) parts.push(`ETA ${duration((time / part) * (1 - part))}`);
  }
  return parts.join('  ');
}

/** Whether nothing was lost, and nothing waits. */
export function isWhole({ complete, logs, points, spans }: ShipSummary, isFollowing: boolean): boolean {
  const all = [logs, points, spans];
  const isLost = all.some(({ dropped }) => Object.keys(dropped).length > 0);
  return !isLost && (complete || (isFollowing && all.every(({ queued }) => queued === 0)));
}

/** The summary, as it is printed. */
export function render(summary: ShipSummary, isDry: boolean): string {
  const { events, metrics, folded, unreadable, seconds, bytesRead, logs, points, spans, bytesSent } = summary;
  const rows = [
    `read       ${counted(events, 'event')}, ${counted(metrics, 'metric')}${bytesRead > 0 ? `, ${size(bytesRead)}` : ''} in ${seconds.toFixed(1)} s`,
  ];
  if (isDry) rows.push('sent       nothing: a dry run');
  else {
    rows.push(figuresOf('logs', logs), figuresOf('points', points));
    if (spans.accepted > 0) rows.push(figuresOf('spans', spans));
    rows.push(`sent       ${size(bytesSent)} of OTLP`);
  }
  if (folded > 0) rows.push(`folded     ${counted(folded, 'part')} of histograms, which went with their counts`);
  for (const [reason, count] of Object.entries(unreadable))
    rows.push(`unreadable ${counted(count, 'line')}: ${printable(reason)}`);
  return `${rows.join('\n')}\n`;
}

function figuresOf(name: string, { accepted, delivered, queued, dropped }: LedgerFigures): string {
  const lost = Object.entries(dropped).map(([reason, count]) => `, ${grouped(count)} ${reason}`);
  return `${name.padEnd(10)} ${grouped(accepted)} accepted = ${grouped(delivered)} delivered, ${grouped(queued)} waiting${lost.join('')}`;
}
