import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

/** The directory of PostgreSQL's programs; `undefined` if it is not installed. */
export const postgresPrograms: string | undefined = (() => {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : [];
  return versions
    .map((version) => join(root, version, 'bin'))
    .find((directory) => existsSync(join(directory, 'initdb')));
})();

/** A private PostgreSQL server on loopback. */
export interface Postgres {
  readonly url: string;
  readonly port: number;
  /** The certificate of a server with TLS, which takes no other connections. */
  readonly certificate: string | undefined;
  stop(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>;
  start(): Promise<void>;
  /** Has the server and all its processes stand still, until it is removed. */
  freeze(): void;
  remove(): Promise<void>;
}

/** Makes a cluster of its own, and starts it; with `tls` it takes connections with TLS alone. */
export async function startPostgres(settings: { readonly tls?: boolean } = {}): Promise<Postgres> {
  const programs = postgresPrograms as string;
  const directory = mkdtempSync(join(tmpdir(), 'rimp-pg-'));
  // initdb refuses to run as root
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  chmodSync(directory, 0o777);
  const data = join(directory, 'data');
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'rimp', '--auth=trust', '--no-sync', '-E', 'UTF8'], {
    ...user,
    stdio: 'pipe',
    cwd: directory,
  });
  const certificate = settings.tls === true ? join(directory, 'server.crt') : undefined;
  const key = join(directory, 'server.key');
  if (certificate !== undefined) {
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate];
    execFileSync('openssl', [...request, ...names], { ...user, stdio: 'pipe', cwd: directory });
    writeFileSync(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 trust\n');
  }
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const options = ['-D', data, '-p', String(port), '-k', directory, '-c', 'listen_addresses=127.0.0.1'];
    if (certificate !== undefined)
      options.push('-c', 'ssl=on', '-c', `ssl_cert_file=${certificate}`, '-c', `ssl_key_file=${key}`);
    const child = spawn(join(programs, 'postgres'), options, { ...user, stdio: 'pipe', cwd: directory });
    server = child;
    const log: string[] = [];
    child.stderr?.on('data', (chunk) => log.push(String(chunk)));
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`postgres ended: ${log.join('')}`)));
      child.stderr?.on('data', () => {
        if (log.join('').includes('ready to accept connections')) resolve();
      });
    });
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve();
      }).once('error', reject);
    });
  };
  const stop = async (signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> => {
    const child = server;
    server = undefined;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  await start();
  return {
    url: `postgres://rimp@127.0.0.1:${port}/postgres`,
    port,
    certificate,
    start,
    stop,
    freeze: () => signalAll(data, 'SIGSTOP'),
    remove: async () => {
      signalAll(data, 'SIGCONT');
      await stop('SIGQUIT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Signals a server and the processes that it made. */
function signalAll(data: string, signal: 'SIGSTOP' | 'SIGCONT'): void {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const main = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  const children = readFileSync(`/proc/${main}/task/${main}/children`, 'utf8').trim().split(' ');
  for (const pid of [main, ...children.filter(Boolean).map(Number)]) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // a child may have ended by itself meanwhile
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function idOf(flag: '-u' | '-g'): number {
  try {
    return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return 65534;
  }
}
