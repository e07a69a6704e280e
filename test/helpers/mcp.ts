import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { rimpProgram } from './cli.js';

/** What a tool answered. */
export interface ToolAnswer {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
}

const clients: Client[] = [];

/** Starts `rimp mcp` as an agent does, with the official client; {@link endMcp} ends it. */
export async function startMcp(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [rimpProgram, 'mcp', ...args],
    env: { PATH: process.env.PATH ?? '', ...env },
    stderr: 'pipe',
    ...(cwd !== undefined && { cwd }),
  });
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  clients.push(client);
  const call = async (name: string, given: Readonly<Record<string, unknown>> = {}): Promise<ToolAnswer> => {
    const { content, structuredContent, isError } = await client.callTool({ name, arguments: given });
    const [part] = content as { readonly type: string; readonly text: string }[];
    return {
      text: part?.text ?? '',
      data: (structuredContent ?? {}) as Readonly<Record<string, unknown>>,
      isError: isError === true,
    };
  };
  return { client, call, pid: transport.pid };
}

/** Ends what was started. */
export async function endMcp(): Promise<void> {
  for (const client of clients.splice(0)) await client.close();
}
