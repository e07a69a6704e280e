import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectories } from '../helpers/fresh-app.js';
import { type Generation, LATEST_2, LATEST_3, LOWEST_2 } from '../helpers/generations.js';
import { compileConsumer, resolutions } from './consumer-types.js';
import { type Cell, type ModuleFormat, matrixApp, runCell } from './matrix-app.js';

/** `RIMP_MATRIX=corners`: the lowest of all with the lowest Node, and the newest of both generations' floor of LTS. */
const corners = process.env.RIMP_MATRIX === 'corners';
const GENERATIONS: readonly (Generation & { readonly whole?: ModuleFormat })[] = corners
  ? [
      { ...LOWEST_2, nodes: [20], whole: 'cjs' },
      { ...LATEST_3, nodes: [24], whole: 'esm' },
    ]
  : [LOWEST_2, LATEST_2, LATEST_3];
const NEAREST_TO_OTEL = ['test/otel/', 'test/collector/', 'test/setup/'];
const FORMATS: readonly ModuleFormat[] = ['esm', 'cjs'];
const table: string[] = [];

function row(generation: string, node: string, what: string, { passed, failed, skipped }: Omit<Cell, 'report'>): void {
  const count = (n: number) => String(n).padStart(7);
  table.push(
    `${generation.padEnd(11)} ${node.padEnd(5)} ${what.padEnd(10)}${count(passed)}${count(failed)}${count(skipped)}`,
  );
}

afterAll(() => {
  removeDirectories();
  process.stdout.write(
    `\nOpenTel.    Node  modules    passed failed skipped\n${table.join('\n')}\n${table.length} cells\n`,
  );
});

describe.each(GENERATIONS)('OpenTelemetry $name', (generation) => {
  let app = '';
  beforeAll(async () => {
    app = await matrixApp(generation);
  });

  it.each(resolutions)('a strict consumer compiles in %s', async (resolution) => {
    const said = await compileConsumer(app, resolution, generation.name !== LOWEST_2.name);
    row(generation.name, 'tsc', resolution, { passed: said === '' ? 1 : 0, failed: said === '' ? 0 : 1, skipped: 0 });
    expect(said).toBe('');
  });

  const cells = generation.nodes.flatMap((major) =>
    FORMATS.map((format) => ({
      major,
      format,
      // both formats load one copy of the library: of the corners, one each runs every test
      only: !corners || format === generation.whole ? [] : NEAREST_TO_OTEL,
    })),
  );
  it.each(cells)('the tests pass on Node $major as $format', async ({ major, format, only }) => {
    const cell = await runCell(generation.name, app, major, format, only);
    row(generation.name, String(major), only.length === 0 ? format : `${format}, part`, cell);
    expect(cell.report).toBe('');
    expect(cell).toMatchObject({ failed: 0 });
    expect(cell.passed).toBeGreaterThan(100);
  });
});
