import { networkInterfaces } from 'node:os';
import { err } from '../output/output.js';

/** An address at which a browser finds a server: one that listens on all interfaces has no address of its own. */
export function openAddress(url: string): string {
  const address = new URL(url);
  if (address.hostname !== '0.0.0.0' && address.hostname !== '[::]') return url;
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  address.hostname = all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
  return address.origin;
}

/** Prints where the live view is: at an {@link openAddress}. */
export function tellView(address: string, needsToken: boolean): void {
  err.line(`rimp serve: open ${address}/ in a browser${needsToken ? ', which asks for the token' : ''}`);
}
