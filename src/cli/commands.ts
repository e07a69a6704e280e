import type { Command } from './command.js';

/** A command before it is loaded: the list of commands needs no more. */
export interface KnownCommand {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loads what the command consists of; nothing of it is loaded before. */
  load(): Promise<Command>;
}

/** All commands, in the order of the list. */
export const COMMANDS: readonly KnownCommand[] = [
  {
    name: 'query',
    summary: 'finds events and metrics in files, databases and streams',
    load: async () => (await import('./query/query.js')).query,
  },
  {
    name: 'tail',
    summary: 'shows the last events and metrics, and those that come',
    load: async () => (await import('./tail/tail.js')).tail,
  },
  {
    name: 'run',
    summary: 'runs a Node.js program with telemetry, without a change to it',
    load: async () => (await import('./run/run.js')).run,
  },
  {
    name: 'stats',
    summary: 'counts types, sources, similar messages, and percentiles of metrics',
    load: async () => (await import('./stats/stats.js')).stats,
  },
  {
    name: 'diff',
    summary: 'compares two recordings: patterns of messages, and metrics that moved',
    load: async () => (await import('./diff/diff.js')).diff,
  },
  {
    name: 'convert',
    summary: 'writes items in another format: JSON lines, CSV, OTLP, Parquet, a database',
    load: async () => (await import('./convert/convert.js')).convert,
  },
  {
    name: 'serve',
    summary: 'receives OTLP over HTTP, keeps it, and shows it in a browser',
    load: async () => (await import('./serve/serve.js')).serve,
  },
  {
    name: 'ship',
    summary: 'sends files and storages of RIMP to an OTLP endpoint',
    load: async () => (await import('./ship.js')).ship,
  },
  {
    name: 'mcp',
    summary: 'answers coding agents: errors, traces, metrics, before and after',
    load: async () => (await import('./mcp/mcp.js')).mcp,
  },
  {
    name: 'init',
    summary: 'sets telemetry up in a project: packages, a file, the start script',
    load: async () => (await import('./init/init.js')).init,
  },
  {
    name: 'doctor',
    summary: 'finds and explains what is wrong with telemetry in a project',
    load: async () => (await import('./doctor/doctor.js')).doctor,
  },
  {
    name: 'complete',
    summary: 'prints what makes bash, zsh or fish complete commands and options',
    load: async () => (await import('./complete.js')).complete,
  },
];
