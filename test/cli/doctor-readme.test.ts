import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { rimpProgram } from '../helpers/cli.js';
import { generationApps } from '../helpers/generation-app.js';

const apps = generationApps('doctor-readme');
afterAll(() => {
  for (const app of Object.values(apps)) app.remove();
});

function snippetsOf(page: string, language: string): string[] {
  const blocks = readFileSync(page, 'utf8').matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'));
  return [...blocks].map(([, code = '']) => code);
}

/** What sets something up; the programs of the README that kill themselves or want an endpoint are none of these. */
const setups = [
  ...snippetsOf('README.md', 'ts').filter((code) => !code.includes('otlp:')),
  ...snippetsOf('docs/recipes/node-sdk.md', 'js').filter((code) => code.startsWith('// instrumentation.mjs')),
].map((code) => ({ first: code.split('\n').findLast((line) => line.startsWith('import ')), code }));

describe.each([apps.two, apps.three])('rimp doctor, on OpenTelemetry $name', (app) => {
  it.each(setups)('has nothing against what the documents show: $first', async ({ code }) => {
    const directory = await app.directory();
    writeFileSync(join(directory, 'setup.mjs'), code);
    const installed = join(dirname(directory), 'node_modules', 'rimp-telemetry', 'dist', 'cjs', 'cli', 'main.js');
    const program = existsSync(installed) ? installed : rimpProgram;
    const { stdout, status } = await app.node([program, 'doctor', '--setup', 'setup.mjs'], { cwd: directory });
    // this application has a package, beyond the README's, that only a bridge of the logs APIs is right for
    const isRight = (line: string): boolean =>
      !code.includes('nodeSdkOptions') && /logs-apis: .*winston-transport/.test(line);
    const alarms = stdout.split('\n').filter((line) => /^(warning|error)/.test(line) && !isRight(line));
    expect({ status, alarms }).toEqual({ status: 0, alarms: [] });
  });
});
