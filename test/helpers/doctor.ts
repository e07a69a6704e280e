import { rimpProgram } from './cli.js';
import { run } from './fresh-app.js';

/** What `rimp doctor --json` prints. */
export interface Report {
  readonly ok: boolean;
  readonly findings: readonly { id: string; level: string; what: string; why?: string; fix?: string }[];
}

/** Has the doctor look at a project. */
export async function examine(
  directory: string,
  options: { args?: string[]; env?: Record<string, string> } = {},
): Promise<Report & { status: number }> {
  const { stdout, status } = await run(process.execPath, [rimpProgram, 'doctor', '--json', ...(options.args ?? [])], {
    cwd: directory,
    env: options.env ?? {},
  });
  return { ...(JSON.parse(stdout) as Report), status };
}

/** Warnings and errors. */
export const bad = ({ findings }: Report): Report['findings'] => findings.filter(({ level }) => level !== 'ok');
