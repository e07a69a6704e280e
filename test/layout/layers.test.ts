import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const root = process.cwd();
const directory = mkdtempSync(join(tmpdir(), 'layers-'));
/** From the bottom up. A layer imports what is below it; layers of one row import nothing of one another. */
const ROWS = [
  ['model'],
  ['codec'],
  ['analysis', 'runtime'],
  ['pipeline'],
  ['otel', 'storage'],
  ['otlp'],
  ['collector'],
  ['receiver', 'ship', 'legacy', 'testing', 'view', 'prometheus'],
  ['setup'],
  ['cli'],
];
const layers = ROWS.flat();
const rowOf = (layer: string): number => ROWS.findIndex((row) => row.includes(layer));

/** Every directory of a layer, as its path from `src`. */
const directories = readdirSync(join(root, 'src'), { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => relative(join(root, 'src'), join(entry.parentPath, entry.name)));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The planted files that the linter refuses, each with an import of one layer in one directory. */
function refused(imports: readonly { from: string; to: string }[]): string[] {
  rmSync(join(directory, 'src'), { recursive: true, force: true });
  cpSync(join(root, '.oxlintrc.json'), join(directory, '.oxlintrc.json'));
  for (const { from, to } of imports) {
    const planted = join(directory, 'src', from);
    mkdirSync(planted, { recursive: true });
    const path = `${'../'.repeat(from.split('/').length)}${to}/planted.js`;
    writeFileSync(join(planted, `imports-${to}.ts`), `import { planted } from '${path}';\nplanted();\n`);
  }
  const oxlint = join(root, 'node_modules', '.bin', 'oxlint');
  const { stdout } = spawnSync(oxlint, ['--format', 'unix', '--disable-nested-config', '.'], {
    cwd: directory,
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').filter((line) => line.includes('no-restricted-imports'));
  return lines.map((line) => relative(directory, join(directory, line.split(':')[0] ?? ''))).toSorted();
}

const pairs = directories.flatMap((from) => {
  const own = from.split('/')[0] as string;
  return layers.filter((to) => to !== own).map((to) => ({ from, to, allowed: rowOf(to) < rowOf(own) }));
});
const fileOf = ({ from, to }: { from: string; to: string }): string => `src/${from}/imports-${to}.ts`;

describe('the layers of src', () => {
  it('are all in the order that the linter knows', () => {
    expect([...new Set(directories.map((path) => path.split('/')[0] as string))].toSorted()).toEqual(layers.toSorted());
  });

  it('refuse an import of a layer above or beside, in every directory, and no other', () => {
    const forbidden = pairs.filter(({ allowed }) => !allowed);
    expect(forbidden.length).toBeGreaterThan(layers.length);
    expect(refused(pairs)).toEqual(forbidden.map(fileOf).toSorted());
  });
});
