// What the groups found, as JSON below build/, and as the tables of docs/performance.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { digits } from './harness.mjs';

/** Writes the results of a run; gives the path. */
export function writeJson(name, results) {
  mkdirSync('build/bench', { recursive: true });
  const path = `build/bench/${name}.json`;
  writeFileSync(path, `${JSON.stringify(results, undefined, 2)}\n`);
  return path;
}

/**
 * Puts each table between its markers, `<!-- bench:ID GENERATION -->` and `<!-- /bench -->`; gives the ids of those that
 * the document has no place for.
 */
export function updateDocument(path, generation, results) {
  let text = readFileSync(path, 'utf8');
  const homeless = [];
  for (const found of results) {
    if (found.id === undefined) continue;
    const open = `<!-- bench:${found.id} ${generation} -->`;
    const start = text.indexOf(open);
    const end = text.indexOf('<!-- /bench -->', start);
    if (start < 0 || end < 0) homeless.push(found.id);
    else text = `${text.slice(0, start + open.length)}\n\n${tableOf(found)}\n\n${text.slice(end)}`;
  }
  writeFileSync(path, text);
  return homeless;
}

function tableOf({ title, unit, rows, columns, cells }) {
  if (cells !== undefined) return markdown([title, ...columns], cells);
  const withBytes = rows.some(({ bytes }) => bytes !== undefined);
  const withCpu = rows.some(({ cpu }) => cpu !== undefined);
  return markdown(
    [title, unit, 'ratio', ...(withBytes ? ['heap bytes'] : []), ...(withCpu ? ['of a processor', 'ratio'] : [])],
    rows.map(({ name, median, least, most, ratio, bytes, cpu, cpuRatio }) => [
      name,
      `${digits(median)} (${digits(least)} to ${digits(most)})`,
      ratio.toFixed(2),
      ...(withBytes ? [bytes?.toFixed(0) ?? ''] : []),
      ...(withCpu ? [digits(cpu), cpuRatio.toFixed(2)] : []),
    ]),
  );
}

/** Aligned, as the formatter of this repository leaves it. */
function markdown(head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(3, ...all.map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(all[0]), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...all.slice(1).map(line)].join(
    '\n',
  );
}
