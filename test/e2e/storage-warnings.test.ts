import { afterAll, describe, expect, it } from '@jest/globals';
import { Programs } from '../helpers/child-program.js';

const programs = new Programs('storage-warnings');
afterAll(() => programs.remove());

const READ = `
  require('node:fs').writeFileSync(path('odd.jsonl'), 'no JSON\\n');
  new rimp.FileStorage(path('odd.jsonl')).retrieve();`;

describe('a file storage that skips a line', () => {
  it('says so on standard error if diag has no logger', async () => {
    const { stderr } = await programs.run(READ);
    expect(stderr).toContain(`rimp-telemetry: storage: ${programs.path('odd.jsonl')} holds`);
    expect(stderr.split('\n')).toHaveLength(2);
  });

  it('writes nothing there if the environment wants no messages', async () => {
    const { stderr } = await programs.run(READ, { env: { RIMP_LOG_LEVEL: 'none' } });
    expect(stderr).toBe('');
  });
});
