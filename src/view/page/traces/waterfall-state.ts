import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { setView, viewValue } from '../state/location.js';
import { rowsShown, type TraceModel, type TraceRow } from './trace-model.js';

const EMPTY: readonly TraceRow[] = [];

/** What is open and chosen in one trace's waterfall. */
export class WaterfallState {
  readonly #model = signal<TraceModel | undefined>(undefined);
  readonly #closed = signal<ReadonlySet<string>>(new Set());
  readonly #wanted = signal<string | undefined>(undefined);
  /** The rows that are shown. */
  readonly rows: ReadonlySignal<readonly TraceRow[]> = computed(() =>
    rowsShown(this.#model.value?.rows ?? EMPTY, this.#closed.value),
  );
  /** Index of the chosen row among them; -1 if none is. */
  readonly index: ReadonlySignal<number> = computed(() => {
    const id = viewValue('span');
    return id === '' ? -1 : this.rows.value.findIndex((row) => row.id === id);
  });

  /** The row to bring into sight. */
  get wanted(): string | undefined {
    return this.#wanted.value;
  }

  get model(): TraceModel | undefined {
    return this.#model.value;
  }

  get selected(): TraceRow | undefined {
    return this.rows.value[this.index.value];
  }

  /** Takes another reading of the trace. The first brings the row that the URL names into sight. */
  show(model: TraceModel): void {
    const isFirst = this.#model.peek() === undefined;
    this.#model.value = model;
    if (isFirst && viewValue('span') !== '') this.#wanted.value = viewValue('span');
  }

  isOpen(row: TraceRow): boolean {
    return !this.#closed.value.has(row.id);
  }

  select(row: TraceRow | undefined): void {
    batch(() => {
      setView({ span: row?.id });
      this.#wanted.value = row?.id;
    });
  }

  /** Chooses the row so many below; the first one if none is chosen. */
  step(by: number): void {
    const { value: rows } = this.rows;
    const from = this.index.peek();
    const to = from < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, from + by));
    this.select(rows[to]);
  }

  /** Chooses the next row of the type `error`, or the one before; what is closed around it is opened. */
  stepToError(by: 1 | -1): void {
    const all = this.#model.peek()?.rows ?? EMPTY;
    const chosen = viewValue('span');
    const from = all.findIndex(({ id }) => id === chosen);
    const order = by > 0 ? all.slice(from + 1) : all.slice(0, Math.max(0, from)).toReversed();
    const next = order.find(({ line }) => line.data.event_type === 'error');
    if (next === undefined) return;
    if (!this.rows.peek().includes(next)) this.#closed.value = new Set();
    this.select(next);
  }

  setOpen(row: TraceRow, isOpen: boolean): void {
    const closed = new Set(this.#closed.peek());
    if (isOpen) closed.delete(row.id);
    else if (row.within > 0) closed.add(row.id);
    this.#closed.value = closed;
  }

  /** As in any tree: opens the chosen row, or goes to the first one within it. */
  right(): void {
    const row = this.selected;
    if (row === undefined || row.within === 0) return;
    if (this.isOpen(row)) this.step(1);
    else this.setOpen(row, true);
  }

  /** Closes the chosen row, or goes to the one that it is within. */
  left(): void {
    const row = this.selected;
    if (row === undefined) return;
    if (row.within > 0 && this.isOpen(row)) return this.setOpen(row, false);
    const parent = this.rows
      .peek()
      .slice(0, this.index.peek())
      .findLast(({ depth }) => depth < row.depth);
    if (parent !== undefined) this.select(parent);
  }

  setAllOpen(isOpen: boolean): void {
    const rows = isOpen ? EMPTY : (this.#model.peek()?.rows ?? EMPTY);
    this.#closed.value = new Set(rows.filter(({ within }) => within > 0).map(({ id }) => id));
  }

  get isAnyClosed(): boolean {
    return this.#closed.value.size > 0;
  }
}
