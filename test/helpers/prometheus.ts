import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { programAt } from './program.js';
import { until } from './until.js';

/** Prometheus: named by PROMETHEUS, below the user's cache, or on the PATH; `undefined`: there is none. */
export function prometheusProgram(): string | undefined {
  return programAt('PROMETHEUS', 'prometheus', 'prometheus');
}

/** Whether Prometheus's own checker is here. */
export const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

/** What promtool has against a text of metrics; empty if nothing. */
export function promtoolProblems(text: string): string {
  const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  return status === 0 || status === 3 ? '' : `${stdout}${stderr}`;
}

/** A running Prometheus. */
export interface Prometheus {
  /** The values of an expression now, by their labels. */
  query(expression: string): Promise<readonly { metric: Record<string, string>; value: string }[]>;
  /** What went wrong at the last scrape of the target; empty if nothing, `undefined` if there was none. */
  lastError(): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Starts Prometheus on loopback, which scrapes an address four times a second. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const program = prometheusProgram();
  if (program === undefined) throw new Error('no Prometheus here');
  const directory = mkdtempSync(join(tmpdir(), 'rimp-prometheus-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const config = join(directory, 'prometheus.yml');
  const job = { job_name: 'rimp', scrape_interval: '250ms', scrape_timeout: '250ms' };
  const scrape = { ...job, static_configs: [{ targets: [target] }] };
  writeFileSync(config, JSON.stringify({ scrape_configs: [scrape] }));
  const child = spawn(
    program,
    [`--config.file=${config}`, `--storage.tsdb.path=${join(directory, 'data')}`, `--web.listen-address=${listen}`],
    { stdio: 'ignore' },
  );
  const get = async (path: string): Promise<unknown> => (await fetch(`http://${listen}/api/v1/${path}`)).json();
  await until(async () => {
    try {
      return (await fetch(`http://${listen}/-/ready`)).ok;
    } catch {
      return false;
    }
  });
  return {
    async query(expression) {
      const answer = (await get(`query?query=${encodeURIComponent(expression)}`)) as {
        data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
        error?: string;
      };
      if (answer.data === undefined) throw new Error(answer.error);
      return answer.data.result.map(({ metric, value }) => ({ metric, value: value[1] }));
    },
    async lastError() {
      const answer = (await get('targets')) as {
        data: { activeTargets: { lastError: string; health: string }[] };
      };
      const [active] = answer.data.activeTargets;
      return active === undefined || active.health === 'unknown' ? undefined : active.lastError;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
