import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CORE_PROGRAM } from '../helpers/core-program.js';
import { freshApp, removeDirectories, run } from '../helpers/fresh-app.js';

const RUNTIMES = {
  Bun: { program: 'bun', args: ['run'] },
  Deno: { program: 'deno', args: ['run', '--allow-all'] },
};

let app: string;
beforeAll(async () => {
  app = await freshApp({ '@opentelemetry/api': '~1.9.0', bun: '^1.4.0', deno: '^2.9.0' });
  writeFileSync(join(app, 'core.mjs'), CORE_PROGRAM);
}, 300_000);
afterAll(removeDirectories);

describe.each(Object.entries(RUNTIMES))('an application under %s', (_name, { program, args }) => {
  it('collects, receives and stores', async () => {
    rmSync(join(app, 'telemetry.jsonl'), { force: true });
    const ran = await run(join(app, 'node_modules', '.bin', program), [...args, 'core.mjs'], { cwd: app });
    expect(ran).toEqual({ status: 0, stdout: 'done\n', stderr: '' });
    const lines = readFileSync(join(app, 'telemetry.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { data: { message: string } }).data.message)).toEqual([
      'collected',
      'received',
    ]);
  }, 120_000);
});
