// what the functions that set OpenTelemetry up take
export { makeNodeSdkOptions } from './make-node-sdk-options.js';
export { makeTelemetry } from './make-telemetry.js';
