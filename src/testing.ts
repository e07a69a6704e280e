/**
 * What every storage promises, as tests: for people who write one of their own.
 *
 * ```ts
 * import { storageContract } from 'rimp-telemetry/testing';
 * storageContract('MyStorage', async () => new MyStorage());
 * ```
 */
export { type MakeStorage, storageContract, type TestFramework } from './testing/storage-contract.js';
