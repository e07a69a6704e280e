import * as clickHouse from './engine.js';

/** Loads what ClickHouse takes, when it is asked for. */
export const loadClickHouse = (): typeof clickHouse => clickHouse;
