import type { Paint, Style } from './colours.js';

/** A column: its title, and whether it holds figures, which stand at its right. */
export type Column = readonly [title: string, align: 'left' | 'right'];

/** A cell; text that came from others is printable already. */
export type Cell = string | { readonly text: string; readonly style: Style };

/** Rows under a header, the columns aligned. Of the last one nothing is filled up. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const widths = columns.map(([title], i) =>
    Math.max(title.length, ...rows.map((row) => Array.from(textOf(row[i])).length)),
  );
  const line = (cells: readonly Cell[], style?: Style): string =>
    columns
      .map(([, align], i) => {
        const text = textOf(cells[i]);
        const room = ' '.repeat(Math.max(0, (widths[i] as number) - Array.from(text).length));
        const own = style ?? styleOf(cells[i]);
        const painted = own === undefined ? text : paint(own, text);
        if (align === 'right') return `${room}${painted}`;
        return i === columns.length - 1 ? painted : `${painted}${room}`;
      })
      .join('  ')
      .trimEnd();
  const header = columns.map(([title]) => title);
  return [line(header, 'dim'), ...rows.map((row) => line(row))];
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'string' ? cell : (cell?.text ?? '');
}

function styleOf(cell: Cell | undefined): Style | undefined {
  return typeof cell === 'object' ? cell.style : undefined;
}
