import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What became of a program. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. */
export interface RunningProgram {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output holds a text; rejects if the program ends before. */
  says(text: string): Promise<void>;
}

/** How a program is run. */
export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** Runs something else, which gets Node and the program as its last arguments. */
  readonly through?: readonly string[];
}

/** Programs in a directory below the package, so that they find it by its name. */
export class Programs {
  readonly directory: string;
  #count = 0;

  constructor(name: string) {
    mkdirSync('build', { recursive: true });
    this.directory = mkdtempSync(join(process.cwd(), 'build', `${name}-`));
  }

  /** The path of a file in the directory. */
  path(name: string): string {
    return join(this.directory, name);
  }

  /** The lines of a file; none if it isn't there. */
  lines(name: string): string[] {
    try {
      return readFileSync(this.path(name), 'utf8').split('\n').slice(0, -1);
    } catch {
      return [];
    }
  }

  /** Starts a CommonJS program; it has `rimp`, the package, and `path(name)`. */
  start(body: string, { env = {}, nodeArgs = [], through = [] }: ProgramOptions = {}): RunningProgram {
    this.#count += 1;
    const file = this.path(`program-${this.#count}.cjs`);
    const path = `const path = (name) => require('node:path').join(${JSON.stringify(this.directory)}, name);`;
    writeFileSync(file, `const rimp = require('rimp-telemetry'); ${path}\n${body}`);
    const [program, ...args] = [...through, process.execPath, ...nodeArgs, file];
    const child = spawn(program as string, args, {
      env: { ...withoutLevels(process.env), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    const waiting = new Set<() => void>();
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
      for (const look of waiting) look();
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), 25_000);
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (status, signal) => {
        clearTimeout(timer);
        resolve({ status, signal, stdout, stderr });
      });
    });
    const says = (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stdout.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`the program ended before it said ${text}: ${stdout}${stderr}`)));
      });
    return { child, ended, says };
  }

  /** Runs a program to its end. */
  run(body: string, options?: ProgramOptions): Promise<Ended> {
    return this.start(body, options).ended;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function withoutLevels(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { RIMP_LOG_LEVEL: _rimp, OTEL_LOG_LEVEL: _otel, ...rest } = env;
  return rest;
}
