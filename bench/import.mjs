// What importing the package costs over importing @opentelemetry/api alone, in processes of their own, by turns.
import { execFileSync } from 'node:child_process';
import { median } from './harness.mjs';

const ROUNDS = Number(process.argv[2] ?? 21);
const CASES = {
  '@opentelemetry/api (esm)': "await import('@opentelemetry/api')",
  'rimp-telemetry (esm)': "await import('@opentelemetry/api'); await import('rimp-telemetry')",
  '@opentelemetry/api (cjs)': "require('@opentelemetry/api')",
  'rimp-telemetry (cjs)': "require('@opentelemetry/api'); require('rimp-telemetry')",
};

function measure(code) {
  const type = code.includes('await') ? 'module' : 'commonjs';
  const program = `const t = performance.now(); ${code}; process.stdout.write(String(performance.now() - t));`;
  return Number(execFileSync(process.execPath, [`--input-type=${type}`, '--eval', program], { encoding: 'utf8' }));
}

const times = new Map(Object.keys(CASES).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, code] of Object.entries(CASES)) times.get(name).push(measure(code));

for (const [name, list] of times) {
  const sorted = list.toSorted((a, b) => a - b);
  console.log(
    `${name.padEnd(26)} median ${median(list).toFixed(1)} ms, from ${sorted[0].toFixed(1)} to ${sorted.at(-1).toFixed(1)}`,
  );
}
for (const format of ['esm', 'cjs']) {
  const more = median(times.get(`rimp-telemetry (${format})`)) - median(times.get(`@opentelemetry/api (${format})`));
  console.log(`rimp-telemetry over @opentelemetry/api, ${format}: ${more.toFixed(1)} ms`);
}
