import * as instruments from './instruments.js';

/** Loads what records on instruments, when there is a provider to make them. */
export const loadInstruments = (): typeof instruments => instruments;
