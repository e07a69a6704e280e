import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

const NOT_STARTED = 127;
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;

/** How a program ended. */
export interface Ending {
  readonly status: number;
  /** In words: `ended with status 1`. */
  readonly what: string;
}

/** Runs a program with this one's standard streams, and passes signals on; resolves when it has ended. */
export function runChild(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Ending> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env, stdio: 'inherit' });
  const release = passSignalsOn(child);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      // of a signal that could not be sent: it has ended meanwhile
      if (child.pid !== undefined) return;
      release();
      resolve({ status: NOT_STARTED, what: `could not be started: ${error.message}` });
    });
    child.on('exit', (status, signal) => {
      release();
      if (signal === null) resolve({ status: status ?? 0, what: `ended with status ${status ?? 0}` });
      else resolve({ status: 128 + constants.signals[signal], what: `was ended by ${signal}` });
    });
  });
}

function passSignalsOn(child: ChildProcess): () => void {
  const listeners = PASSED_ON.map((signal) => {
    let isByTerminal = process.stdin.isTTY && signal !== 'SIGTERM' && signal !== 'SIGUSR2';
    const listener = (): void => {
      // a terminal sends its signals to the program as well: passed on is what comes after that
      if (!isByTerminal) child.kill(signal);
      isByTerminal = false;
    };
    process.on(signal, listener);
    return () => process.removeListener(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
