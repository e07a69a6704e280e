import type { Server } from '@modelcontextprotocol/sdk/server';
import type { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { TelemetryError } from '../../model/errors.js';
import { requireFromApplication } from '../../runtime/application-require.js';

const PACKAGE = '@modelcontextprotocol/sdk';

/** What of the official SDK is used. */
export interface McpSdk {
  readonly Server: typeof Server;
  readonly StdioServerTransport: typeof StdioServerTransport;
  readonly CallToolRequestSchema: typeof CallToolRequestSchema;
  readonly ListToolsRequestSchema: typeof ListToolsRequestSchema;
}

/** @throws TelemetryError `RIMP_MISSING_PACKAGE` that says what to install. */
export function loadMcpSdk(): McpSdk {
  const parts = ['server/index.js', 'server/stdio.js', 'types.js'].map((path) =>
    requireFromApplication(`${PACKAGE}/${path}`),
  );
  if (parts.includes(undefined))
    throw new TelemetryError('RIMP_MISSING_PACKAGE', `this needs ${PACKAGE}; install with: npm install ${PACKAGE}`);
  return Object.assign({}, ...parts) as McpSdk;
}
