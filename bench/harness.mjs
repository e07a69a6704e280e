// Cases by turns in one process, medians and spread, and the ratios between them.

/** Runs each case once a round, in turn; a case gives the milliseconds that it took, or a promise of them. */
export async function compare(title, unit, cases, { rounds = 5, per, collect = true }) {
  console.log(`\n${title}`);
  const times = new Map(cases.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, run] of cases) {
      // which also throws compiled code away
      if (collect) globalThis.gc?.();
      const time = await run();
      // the first round warms up
      if (round > 0) times.get(name).push(time / per);
    }
  }
  const medians = {};
  for (const [name, list] of times) {
    const sorted = list.toSorted((a, b) => a - b);
    medians[name] = sorted[Math.floor(sorted.length / 2)];
    const show = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
    console.log(
      `  ${name.padEnd(44)} ${show(medians[name]).padStart(8)} ${unit}   (${show(sorted[0])} to ${show(sorted.at(-1))})`,
    );
  }
  return medians;
}

/** Prints a ratio of two medians. */
export function ratio(what, value, aim) {
  console.log(`  => ${what}: ${value.toFixed(3)}${aim === undefined ? '' : `   (aim: ${aim})`}`);
}

/** Milliseconds that some work takes. */
export function timed(work) {
  const start = performance.now();
  const result = work();
  if (result instanceof Promise) return result.then(() => performance.now() - start);
  return performance.now() - start;
}
