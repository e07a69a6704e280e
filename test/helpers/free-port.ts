import { createServer } from 'node:net';

// below the range from which systems take ports for `listen(0)` and outgoing connections: whoever else runs gets none of
// these between the question and the use
const FIRST = 10_000;
const COUNT = 20_000;

/** A port of loopback that is free now, and that no other worker of the tests is likely to be given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
