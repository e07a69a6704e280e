import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { err, out } from '../output/output.js';
import { UsageError } from '../values.js';
import type { InitValues } from './init.js';
import { type Plan, planFor, type WantedPackage } from './plan.js';
import { type PackageManager, type Project, projectAt } from './project.js';

const ADD: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['install'],
  pnpm: ['add'],
  yarn: ['add'],
  bun: ['add'],
};

/** Looks, prints what is to be done, and does it if that is wanted; resolves to the exit status. */
export async function runInit(values: InitValues): Promise<number> {
  if (values.yes === true && values.dryRun === true) throw new UsageError('expected --yes or --dry-run, got both');
  const project = projectAt(resolve(values.project ?? '.'));
  const plan = planFor(project, values.otlp !== false);
  const canDo = plan.packages.length > 0 || plan.file !== undefined || plan.startScript !== undefined;
  const isDone = !canDo && plan.byHand === undefined;
  for (const line of [...found(project), '', ...(isDone ? ['everything is there already'] : steps(project, plan))])
    out.line(line);
  for (const note of plan.notes) out.line(`note: ${note}`);
  if (isDone) return 0;
  if (values.dryRun === true || !canDo) return 1;
  if (values.yes !== true && !(await isWanted())) {
    err.line('rimp init: nothing was changed: --yes does it');
    return 1;
  }
  await carryOut(project, plan);
  if (plan.byHand !== undefined) {
    err.line(`rimp init: done, but for the lines to add in ${plan.byHand.where}`);
    return 1;
  }
  err.line('rimp init: done; rimp doctor checks it, rimp tail -f telemetry.jsonl shows what comes');
  return 0;
}

function found({ name, packageManager, isModule, isTypeScript, generation, known }: Project): string[] {
  const parts = [
    packageManager,
    isModule ? 'ES modules' : 'CommonJS',
    ...(isTypeScript ? ['TypeScript'] : []),
    generation === undefined ? 'no OpenTelemetry SDK yet' : `OpenTelemetry SDK ${generation}`,
    ...known,
  ];
  return [`${name}: ${parts.join(', ')}`];
}

function steps(project: Project, { packages, file, startScript, byHand }: Plan): string[] {
  const lines: string[] = [];
  if (packages.length > 0) {
    const width = Math.max(...packages.map((wanted) => specOf(wanted).length));
    lines.push(`install    with ${project.packageManager}:`);
    for (const wanted of packages) lines.push(`           ${specOf(wanted).padEnd(width)}  ${wanted.why}`);
  }
  if (file !== undefined) {
    lines.push(`write      ${file.name}:`);
    for (const line of file.text.trimEnd().split('\n')) lines.push(`           ${line}`);
  }
  if (startScript !== undefined)
    lines.push('change     "start" in package.json:', `         - ${startScript.from}`, `         + ${startScript.to}`);
  if (byHand !== undefined) {
    lines.push(`add        by hand, in ${byHand.where}:`);
    for (const line of byHand.lines) lines.push(`           ${line}`);
  }
  return lines;
}

function specOf({ name, range }: WantedPackage): string {
  return range === '' ? name : `${name}@${range}`;
}

/** Asks, if there is somebody who can answer. */
async function isWanted(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // the end of the input, and Ctrl-C, answer as well
    const closed = once(asking, 'close').then(() => '');
    return /^y(?:es)?$/i.test((await Promise.race([asking.question('Do this? [y/N] '), closed])).trim());
  } finally {
    asking.close();
  }
}

async function carryOut(project: Project, { packages, file, startScript }: Plan): Promise<void> {
  const { directory } = project;
  if (packages.length > 0) await install(project, packages);
  // a file that came into being meanwhile stays
  if (file !== undefined) writeFileSync(join(directory, file.name), file.text, { flag: 'wx' });
  if (startScript !== undefined) changeStart(join(directory, 'package.json'), startScript);
}

async function install({ directory, packageManager }: Project, packages: readonly WantedPackage[]): Promise<void> {
  const args = [...ADD[packageManager], ...packages.map(specOf)];
  const child = spawn(packageManager, args, { cwd: directory, stdio: ['inherit', 2, 2] });
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0)
    throw new Error(`${packageManager} ${args.join(' ')} ended with status ${status}: nothing else was done`);
}

/** Leaves the rest of the file as it is written. */
function changeStart(path: string, { from, to }: { readonly from: string; readonly to: string }): void {
  const text = readFileSync(path, 'utf8');
  const pair = /("start"\s*:\s*)("(?:[^"\\]|\\.)*")/g;
  const changed = text.replace(pair, (whole, key: string, value: string) =>
    JSON.parse(value) === from ? key + JSON.stringify(to) : whole,
  );
  if (changed === text) throw new Error(`the start script in ${path} could not be changed to: ${to}`);
  writeFileSync(path, changed);
}
