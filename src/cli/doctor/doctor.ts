import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { defineCommand } from '../command.js';
import { checkEndpoints } from './check-endpoints.js';
import { checkExporters, checkNode, checkPackages, hasNodeSdk } from './check-packages.js';
import { checkSetup, setupOfProject } from './check-setup.js';
import { checkStorage } from './check-storage.js';
import { type Finding, ok, render } from './finding.js';
import { installedPackages } from './installed.js';

const NOTES = `
It looks at the versions of Node and of OpenTelemetry's packages and whether they go together, copies that should be
one, both logs APIs, the OTLP endpoint that OTEL_EXPORTER_OTLP_* name, the exporters that it needs, and the storage that
RIMP_STORAGE_BACKEND and RIMP_STORAGE_PATH name. It changes nothing: an empty request is sent to the endpoint; the
storage is opened for writing, and what is made for that is removed; PostgreSQL is asked what its user may do.

--setup: the module is run by itself, in a process of its own, to see whether the processor and the reader are in the
providers that it registers.

Exit status: 0 nothing is broken (warnings may be there), 1 something is, 2 wrong usage.
`;

interface DoctorValues {
  readonly project?: string;
  readonly setup?: string;
  readonly storage?: string;
  readonly json?: boolean;
}

/** `rimp doctor`. */
export const doctor = defineCommand<DoctorValues>({
  name: 'doctor',
  title: 'finds and explains what is wrong with telemetry in a project',
  examples: [
    ['rimp doctor', 'look at the project in this directory'],
    ['rimp doctor --setup telemetry.mjs', 'run the set-up as well, and look at what it registers'],
    ['rimp doctor --json', 'the findings for a program'],
  ],
  usage: '[OPTION…]',
  notes: NOTES,
  failureStatus: 1,
  describe: (parser) =>
    parser
      .option('--project <DIR>', 'the project; default: the current directory')
      .option(
        '--setup <FILE>',
        "the module that sets OpenTelemetry up; default: what the project's start script loads with --import or --require",
      )
      .option('--storage <PATH>', 'where telemetry is to be stored; default: RIMP_STORAGE_PATH')
      .option('--json', 'print the findings as JSON'),
  async run(values) {
    const project = resolve(values.project ?? '.');
    if (statSync(project, { throwIfNoEntry: false })?.isDirectory() !== true) {
      process.stderr.write(
        `rimp doctor: expected --project to be the folder of a project, got ${project}, which is no directory\n`,
      );
      return 2;
    }
    // relative paths and packages are the project's
    process.chdir(project);
    const findings = await examine(
      project,
      givenSetup(values.setup, project) ?? setupOfProject(project),
      values.storage,
    );
    const isBroken = findings.some(({ level }) => level === 'error');
    if (values.json === true) {
      const report = { project, node: process.versions.node, ok: !isBroken, findings };
      process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    } else {
      process.stdout.write(render(findings, process.stdout.isTTY === true && process.env.NO_COLOR === undefined));
    }
    return isBroken ? 1 : 0;
  },
});

/** `--setup telemetry.mjs` is the file; Node takes such a name for that of a package. */
function givenSetup(setup: string | undefined, project: string): string | undefined {
  return setup !== undefined && !isAbsolute(setup) && existsSync(join(project, setup)) ? `./${setup}` : setup;
}

async function examine(project: string, setup: string | undefined, storage: string | undefined): Promise<Finding[]> {
  const { env } = process;
  const packages = installedPackages(project);
  const ofSetup =
    setup === undefined
      ? [ok('setup', 'no set-up was looked at: name one with --setup FILE')]
      : await checkSetup(setup, project, hasNodeSdk(packages));
  // what a set-up does counts, not what the packages make likely
  const isSettled = ({ id }: Finding): boolean => id === 'logs-apis' && ofSetup.some((finding) => finding.id === id);
  return [
    checkNode(process.versions.node, packages),
    ...checkPackages(packages).filter((finding) => !isSettled(finding)),
    ...checkExporters(packages, env),
    ...(await checkEndpoints(env, hasNodeSdk(packages))),
    await checkStorage(storage, env),
    ...ofSetup,
  ];
}
