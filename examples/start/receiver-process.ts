// Starts the receiver as another process, and kills it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('receiver.js', import.meta.url));

/** A receiver that listens. */
export interface ReceiverProcess {
  readonly url: string;
  readonly pid: number;
  /** `kill -9`: nothing is answered, nothing is written any more. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a receiver that appends to a file; port 0 takes any that is free. */
export async function startReceiver(file: string, port = 0): Promise<ReceiverProcess> {
  const child = spawn(process.execPath, [PROGRAM, String(port), file], { stdio: ['pipe', 'pipe', 'inherit'] });
  return { url: await firstLine(child), pid: child.pid ?? 0, kill: () => kill(child) };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout !== null) {
    for await (const line of createInterface({ input: child.stdout })) return line;
  }
  throw new Error('the receiver did not start');
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
