import * as fileReading from './reading.js';
import * as fileWriting from './writing.js';

/** Loads what reads files, when something is asked for. */
export const loadFileReading = (): typeof fileReading => fileReading;

/** Loads what writes files, when something is stored. */
export const loadFileWriting = (): typeof fileWriting => fileWriting;
