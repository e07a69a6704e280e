import * as files from './engine.js';

/** Loads what files take, when they are asked for. */
export const loadFiles = (): typeof files => files;
