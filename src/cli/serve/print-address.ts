import { networkInterfaces } from 'node:os';
import { isLoopback } from '../../runtime/request-access.js';
import { err } from '../output/output.js';

/** Nothing limits how often a client may try. */
const SAFE_TOKEN_LENGTH = 16;
const EVERYWHERE: readonly string[] = ['0.0.0.0', '[::]'];

/** An address at which others find a server: one that listens on all interfaces has no address of its own. */
export function openAddress(url: string): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return addressAt(url, all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1');
}

/** Prints where the live view is: without a token only this machine may look, by loopback. */
export function printAddress(url: string, token: string | undefined): void {
  if (token === undefined) {
    const address = addressAt(url, '127.0.0.1');
    if (isOfLoopback(address)) err.line(`rimp serve: open ${address}/ in a browser`);
    else err.line(`rimp serve: set a token (--token-file) to open ${address}/ in a browser`);
    return;
  }
  err.line(`rimp serve: open ${openAddress(url)}/ in a browser, which asks for the token`);
  if (token.length < SAFE_TOKEN_LENGTH)
    err.line(
      `rimp serve: warning: the token has fewer than ${SAFE_TOKEN_LENGTH} characters, so that others may find it by trying; "openssl rand -hex 16" makes a safe one`,
    );
}

function isOfLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}

function addressAt(url: string, host: string): string {
  const address = new URL(url);
  if (!EVERYWHERE.includes(address.hostname)) return url;
  address.hostname = host;
  return address.origin;
}
