// npm run bench -- [group …] [--quick] [--generation 2|3] [--docs]
// Every group in a process of its own, the cases of a group by turns. The results are written to build/bench/, and with
// --docs to docs/performance.md.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { placeOf } from './generation.mjs';
import { updateDocument, writeJson } from './report.mjs';

/** Those of a quick run first. */
const QUICK = ['event-calls', 'metric-calls', 'startup', 'flush', 'collection', 'writing', 'reading'];
const GROUPS = [...QUICK, 'event-setups', 'metric-setups', 'event-parts', 'exporting', 'growth', 'pauses', 'service'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    generation: { type: 'string', default: '2' },
  },
});
const unknown = positionals.filter((name) => !GROUPS.includes(name));
if (unknown.length > 0 || !['2', '3'].includes(values.generation)) {
  console.error(
    `expected groups of ${GROUPS.join(', ')}, and --generation 2 or 3; got ${process.argv.slice(2).join(' ')}`,
  );
  process.exit(2);
}
const { node, cwd } = placeOf(values.generation);
const groups = positionals.length > 0 ? positionals : values.quick ? QUICK : GROUPS;
const results = [];
const failed = [];
for (const group of groups) {
  console.log(`\n## ${group}`);
  const child = fork(join(cwd, 'bench/groups', `${group}.mjs`), values.quick ? ['--quick'] : [], {
    cwd,
    execPath: node,
    execArgv: ['--expose-gc'],
  });
  child.on('message', ({ bench }) => {
    if (bench !== undefined) results.push({ group, ...bench });
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) failed.push(group);
}
const name = `otel-${values.generation}${values.quick ? '-quick' : ''}`;
const run = {
  at: new Date().toISOString(),
  processors: cpus().map(({ model }) => model),
  generation: values.generation,
  node,
  results,
};
console.log(`\n${writeJson(name, run)}`);
if (values.docs) {
  const homeless = updateDocument(resolve('docs/performance.md'), `${values.generation}.x`, results);
  if (homeless.length > 0) console.log(`docs/performance.md has no place for ${homeless.join(', ')}`);
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
