import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { rimpProgram } from './cli.js';
import { until } from './until.js';

/** How the program is run. */
export interface RimpOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const environment = (env: RimpOptions['env'] = {}): NodeJS.ProcessEnv => {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...rest } = process.env;
  return { ...rest, ...env };
};

/** Runs `rimp` to its end. */
export function rimp(args: readonly string[], { input = '', env, cwd }: RimpOptions = {}) {
  const options = { input, env: environment(env), encoding: 'utf8', ...(cwd !== undefined && { cwd }) } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, [rimpProgram, ...args], options);
  return { stdout, stderr, status, lines: stdout.split('\n').slice(0, -1) };
}

/** Runs `rimp` on a pseudo-terminal; gives everything that it wrote there. */
export function rimpOnTerminal(args: readonly string[], { env }: RimpOptions = {}): string {
  const command = [process.execPath, rimpProgram, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const options = { env: environment({ TERM: 'xterm-256color', ...env }), encoding: 'utf8' } as const;
  return spawnSync('script', ['-qec', command.join(' '), '/dev/null'], options).stdout;
}

const children: ChildProcess[] = [];

/** Starts `rimp`; {@link endRimps} ends it. */
export function startRimp(args: readonly string[], { env, cwd }: RimpOptions = {}) {
  const child = spawn(process.execPath, [rimpProgram, ...args], {
    env: environment(env),
    ...(cwd !== undefined && { cwd }),
  });
  children.push(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk) => {
      said[name] += String(chunk);
    });
  const ended = new Promise<number | string | null>((resolve) => {
    child.on('close', (status, signal) => resolve(status ?? signal));
  });
  return { child, said, ended, says: (text: string) => until(() => said.stdout.includes(text)) };
}

/** Ends what was started and runs still. */
export function endRimps(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL');
}
