// One harness for all comparisons: cases by turns in one process, medians with the range of the rounds, ratios to the
// first case, heap bytes per operation. `npm run bench` runs every group; a group's file runs by itself as well.
import { Bench } from 'tinybench';

/** Less of everything: a look, rather than a figure. */
export const quick = process.argv.includes('--quick');

/** Cases by name, each `(operations) => void`, or `{ run, settle }` with what is done between two samples, untimed. */
export async function micro(id, title, cases, { operations = 500, samples = 10, rounds = quick ? 3 : 11 } = {}) {
  const names = Object.keys(cases);
  const parts = names.map((name) => ({
    settle: nothing,
    ...(typeof cases[name] === 'function' ? { run: cases[name] } : cases[name]),
  }));
  const times = parts.map(() => []);
  // 150,000 calls of each case, 60,000 of a quick run: what becomes of a batch is compiled only after some thousand batches
  for (let warm = 0; warm < (quick ? 120 : 300); warm += 1) {
    for (const { run, settle } of parts) {
      run(operations);
      await settle();
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, { run, settle }] of parts.entries()) {
      const bench = new Bench({ iterations: samples, time: 0, warmup: false, throws: true });
      bench.add(names[i], () => run(operations), { afterEach: settle });
      const [task] = await bench.run();
      times[i].push((task.result.latency.p50 * 1e6) / operations);
    }
  }
  const bytes = [];
  for (const { run, settle } of parts) bytes.push(await heapOf(run, settle));
  return show(id, title, 'ns', names, times, { bytes });
}

/**
 * Cases that give what {@link timed} does, or milliseconds, or a promise of either; `per` operations each. The time of the
 * processor, of all threads, is shown beside.
 */
export async function compare(id, title, unit, cases, { rounds = quick ? 2 : 5, per = 1, collect = true } = {}) {
  const names = Object.keys(cases);
  const times = names.map(() => []);
  const processor = names.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [i, name] of names.entries()) {
      // which also throws compiled code away
      if (collect) globalThis.gc?.();
      const found = await cases[name]();
      // the first round warms up
      if (round === 0) continue;
      times[i].push((found.milliseconds ?? found) / per);
      if (found.cpu !== undefined) processor[i].push(found.cpu / per);
    }
  }
  return show(
    id,
    title,
    unit,
    names,
    times,
    processor[0].length > 0 ? { cpu: processor.map((list) => median(list)) } : {},
  );
}

/** A table of figures that were measured otherwise: rows of a name and its figures, as they are shown. */
export function table(id, title, columns, rows) {
  console.log(`\n${title}`);
  for (const row of rows)
    console.log(`  ${row.map((cell, i) => (i === 0 ? cell.padEnd(44) : String(cell).padStart(14))).join(' ')}`);
  process.send?.({ bench: { id, title, columns, cells: rows } });
}

/** Prints a ratio of two medians, and what is aimed at. */
export function ratio(what, value, aim) {
  console.log(`  => ${what}: ${value.toFixed(3)}${aim === undefined ? '' : `   (aim: ${aim})`}`);
  process.send?.({ bench: { ratio: what, value, aim } });
}

/** What some work takes: milliseconds by the clock, and of a processor. */
export function timed(work) {
  const before = process.cpuUsage();
  const start = performance.now();
  const end = () => {
    const milliseconds = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    return { milliseconds, cpu: (user + system) / 1000 };
  };
  const result = work();
  return result instanceof Promise ? result.then(end) : end();
}

/** Of numbers, the one in the middle or at another part. */
export function median(numbers, at = 0.5) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * at)];
}

/** A figure with three digits that count. */
export function digits(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function show(id, title, unit, names, times, { bytes, cpu }) {
  console.log(`\n${title}`);
  const [base] = times.map((list) => median(list));
  const rows = names.map((name, i) => {
    const middle = median(times[i]);
    return {
      name,
      median: middle,
      least: Math.min(...times[i]),
      most: Math.max(...times[i]),
      ratio: middle / base,
      ...(bytes && { bytes: bytes[i] }),
      ...(cpu && { cpu: cpu[i], cpuRatio: cpu[i] / cpu[0] }),
    };
  });
  for (const row of rows) {
    const processor = row.cpu === undefined ? '' : `  cpu ${digits(row.cpu)} ${row.cpuRatio.toFixed(2)}`;
    const heap = row.bytes === undefined ? '' : `  ${row.bytes.toFixed(0).padStart(6)} B`;
    console.log(
      `  ${row.name.padEnd(48)} ${digits(row.median).padStart(8)} ${unit} ${row.ratio.toFixed(2).padStart(7)}${heap}${processor}  (${digits(row.least)} to ${digits(row.most)})`,
    );
  }
  process.send?.({ bench: { id, title, unit, rows } });
  return Object.fromEntries(rows.map((row) => [row.name, row.median]));
}

/** Bytes of the heap that an operation takes, garbage included. */
async function heapOf(run, settle) {
  if (globalThis.gc === undefined) return Number.NaN;
  const found = [];
  for (let i = 0; i < 7; i += 1) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    run(200);
    const bytes = (process.memoryUsage().heapUsed - before) / 200;
    // less than nothing: a collection came between
    if (bytes >= 0) found.push(bytes);
    await settle();
  }
  return median(found) ?? Number.NaN;
}

const nothing = () => undefined;
