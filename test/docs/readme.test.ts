import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rimpProgram } from '../helpers/cli.js';
import { freePort } from '../helpers/free-port.js';
import { run } from '../helpers/fresh-app.js';

const root = process.cwd();
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const directory = join(root, 'build', `readme-${process.pid}`);
const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);

/** The snippet whose first line names this file. */
function snippet(name: string): string {
  const code = snippets.find((text) => text.startsWith(`// ${name}\n`));
  if (code === undefined) throw new Error(`the README has no ${name}`);
  return code;
}

beforeAll(() => {
  mkdirSync(directory, { recursive: true });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the README', () => {
  it('has snippets that compile against the built package', () => {
    const typesDirectory = join(directory, 'types');
    mkdirSync(typesDirectory);
    snippets.forEach((code, i) => writeFileSync(join(typesDirectory, `snippet-${i}.ts`), code));
    writeFileSync(
      join(typesDirectory, 'tsconfig.json'),
      JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions: { paths: {} }, include: ['*.ts'] }),
    );
    expect(snippets.length).toBe(6);
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(() => execFileSync(process.execPath, [tsc, '-p', typesDirectory], { stdio: 'pipe' })).not.toThrow();
  });

  it('has a first minute that prints what it says', async () => {
    writeFileSync(join(directory, 'first.mjs'), snippet('first.mjs'));
    const first = await run(process.execPath, ['first.mjs'], { cwd: directory });
    const query = await run(process.execPath, [rimpProgram, 'query', 'telemetry.jsonl'], { cwd: directory });
    expect(first).toEqual({ status: 0, stdout: 'heard: User logged in\n', stderr: '' });
    const withoutTimes = (text: string): string => text.replaceAll(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/gm, 'TIME');
    expect(query.status).toBe(0);
    expect(withoutTimes(readme)).toContain(
      `$ npx -p rimp-telemetry rimp query telemetry.jsonl\n${withoutTimes(query.stdout)}`,
    );
  });

  it('has a kill -9 after which 100 of 100 arrive', async () => {
    const port = await freePort();
    for (const name of ['killed.mjs', 'next-start.mjs'])
      writeFileSync(join(directory, name), snippet(name).replaceAll(':4318', `:${port}`));
    const killed = spawn(process.execPath, ['killed.mjs'], { cwd: directory });
    expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL']);

    const args = [rimpProgram, 'serve', '--port', String(port), '--storage', 'arrived.jsonl'];
    const receiver = spawn(process.execPath, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      await once(createInterface({ input: receiver.stderr }), 'line');
      const next = await run(process.execPath, ['next-start.mjs'], { cwd: directory });
      expect(next).toEqual({
        status: 0,
        stdout: '{ accepted: 100, delivered: 100, queued: 0, dropped: {} }\n',
        stderr: '',
      });
      expect(readme).toContain(next.stdout);
    } finally {
      receiver.kill();
    }
    expect(readFileSync(join(directory, 'arrived.jsonl'), 'utf8').match(/"message":"order \d+"/g)?.length).toBe(100);
  });

  it('installs the versions that the tests run with', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const pages = readdirSync(join(root, 'docs', 'recipes')).map((name) => join('docs', 'recipes', name));
    for (const page of ['README.md', ...pages]) {
      const pins = readFileSync(join(root, page), 'utf8').matchAll(/(@opentelemetry\/[a-z-]+)@([\d.]+)/g);
      for (const [, name = '', version = ''] of pins) {
        const used = devDependencies[name];
        // instrumentation comes with those of http and pg
        if (used !== undefined) expect(`${name} ${used.replace(/^[~^]/, '')}.`).toContain(`${name} ${version}.`);
      }
    }
  });
});

describe('the documents', () => {
  const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'];
  for (const name of readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.md')) pages.push(join('docs', name));

  it.each(pages)('%s links to files and headings that are there', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const broken = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].filter(([, path = '', anchor]) => {
      const target = path === '' ? join(root, page) : join(root, dirname(page), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchors(readFileSync(target, 'utf8')).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it.each(pages)('%s names files, tests, benchmarks and scripts that are there', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const missing = [
      // a path in code style is one of the repository, or of src as in the walks of ARCHITECTURE.md
      ...matches(text, /`((?:[a-z0-9-]+\/)+[a-z0-9-]+\.(?:ts|mjs|md|yaml))`/g).filter(
        (path) => !existsSync(join(root, path)) && !existsSync(join(root, 'src', path)),
      ),
      ...matches(text, /\bnode (?:--[a-z-]+ )*(bench\/[\w.-]+)/g).filter((path) => !existsSync(join(root, path))),
      ...matches(text, /npx jest (test\/[\w/-]+)/g).filter(
        (path) => !existsSync(join(root, path)) && !existsSync(join(root, `${path}.test.ts`)),
      ),
      ...matches(text, /npm run ([a-z:]+)/g).filter((name) => !Object.hasOwn(scripts, name)),
    ];
    expect(missing).toEqual([]);
  });

  it('name commands of rimp that are there', async () => {
    const { stdout } = await run(process.execPath, [rimpProgram, '--help'], { cwd: root });
    const commands = matches(stdout, /^ {2}(\w+) {2,}\S/gm);
    const named = pages.flatMap((page) =>
      matches(readFileSync(join(root, page), 'utf8'), /rimp-telemetry rimp (\w+)/g),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !commands.includes(name))).toEqual([]);
  });

  it.each(pages)('%s names npm packages that run as ours', (page) => {
    // npm has another package with the name rimp
    expect(readFileSync(join(root, page), 'utf8')).not.toMatch(/npx rimp\b/);
  });
});

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
}
