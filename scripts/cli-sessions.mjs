// Runs the sessions of docs/cli.md, each block of `console` in turn, in one directory with the files below:
//   node scripts/cli-sessions.mjs          prints what differs from the page, and ends with 1 if anything does
//   node scripts/cli-sessions.mjs --write  writes what came into the page, with the help of commands that it lacks
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(root, 'docs', 'cli.md');
const rimp = join(root, 'dist', 'cjs', 'cli', 'main.js');
mkdirSync(join(root, 'build'), { recursive: true });
// below the package, so that the programs find OpenTelemetry
const directory = mkdtempSync(join(root, 'build', 'sessions-'));

/** A shop's day, always the same. */
function writeFiles() {
  const start = Date.parse('2026-11-24T10:00:00Z');
  const line = (type, data) => `${JSON.stringify({ type, data })}\n`;
  let id = 0;
  const event = (second, event_type, source, message, metadata) => {
    id += 1;
    const timestamp = new Date(start + second * 1_000).toISOString();
    return line('event', { event_id: `e${id}`, timestamp, event_type, source, message, metadata });
  };
  const metric = (second, name, value, unit, tags) => {
    id += 1;
    const timestamp = new Date(start + second * 1_000).toISOString();
    return line('metric', { metric_id: `m${id}`, timestamp, name, value, unit, tags });
  };
  let text = '';
  for (let i = 0; i < 12; i += 1) {
    const ms = 20 + ((i * 37) % 60) + (i % 5 === 4 ? 400 : 0);
    text += event(i * 10, 'info', 'api', `order ${1000 + i} placed`, { duration_ms: ms, user: { id: `u${i % 3}` } });
    text += metric(i * 10, 'http.request', ms, 'ms', { route: i % 2 === 0 ? '/orders' : '/cart' });
    if (i % 5 === 4) text += event(i * 10 + 1, 'warning', 'api', `order ${1000 + i} was slow`, { duration_ms: ms });
    if (i % 6 === 5) text += event(i * 10 + 2, 'error', 'billing', `card of order ${1000 + i} declined`, { code: 51 });
  }
  writeFileSync(join(directory, 'shop.jsonl'), text);
  writeFileSync(join(directory, 'trace.jsonl'), spans());
  writeFileSync(
    join(directory, 'app.cjs'),
    `const { logs } = require('@opentelemetry/api-logs');
const logger = logs.getLogger('shop');
console.log('listening');
logger.emit({ severityNumber: 9, body: 'order placed', attributes: { order: 17 } });
logger.emit({ severityNumber: 17, body: 'card declined', attributes: { order: 17 } });
`,
  );
  writeFileSync(
    join(directory, 'pino.cjs'),
    `console.log('listening on port 3000');
console.log('{"level":40,"time":1795514400000,"pid":7,"hostname":"h","name":"shop","order":{"id":17},"msg":"out of stock"}');
`,
  );
  // what a coding agent does, with the official client
  writeFileSync(
    join(directory, 'ask.mjs'),
    `import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
const [name, given = '{}'] = process.argv.slice(2);
const client = new Client({ name: 'ask', version: '1' });
await client.connect(new StdioClientTransport({ command: 'rimp', args: ['mcp', 'shop.jsonl'], env: process.env }));
const { content } = await client.callTool({ name, arguments: JSON.parse(given) });
console.log(content[0].text);
await client.close();
`,
  );
  mkdirSync(join(directory, 'project'));
  writeFileSync(
    join(directory, 'project', 'package.json'),
    JSON.stringify({
      name: 'shop',
      type: 'module',
      scripts: { start: 'node app.js' },
      dependencies: { pino: '^10.0.0' },
    }),
  );
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'rimp'), `#!/bin/sh\nexec '${process.execPath}' '${rimp}' "$@"\n`);
  chmodSync(join(bin, 'rimp'), 0o755);
  return bin;
}

/** Two requests of a shop as spans, the second one slow and with an error in it. */
function spans() {
  const begin = Date.parse('2026-11-24T10:00:00Z');
  const lines = [0, 1].flatMap((i) => {
    const trace = `${i + 1}`.repeat(32);
    const isBad = i === 1;
    const span = (id, parent, start, millis, name, source, kind, metadata, status) => ({
      type: 'event',
      data: {
        event_id: `s${i}${id}`,
        timestamp: new Date(begin + i * 60_000 + start).toISOString(),
        event_type: status === undefined ? 'info' : 'error',
        source,
        message: name,
        metadata,
      },
      otel: {
        traceId: trace,
        spanId: id.repeat(16),
        span: {
          kind,
          ...(parent && { parentSpanId: parent.repeat(16) }),
          endTimeUnixNano: `${begin + i * 60_000 + start + millis}000000`,
          ...(status && { status: { code: 'error', message: status } }),
        },
      },
    });
    return [
      span('a', '', 0, isBad ? 1_240 : 31, 'POST /orders', 'api', 'server', {
        'http.response.status_code': isBad ? 502 : 201,
      }),
      span('b', 'a', 2, 8, 'INSERT orders', 'db', 'client', { 'db.system': 'postgresql' }),
      span(
        'c',
        'a',
        11,
        isBad ? 1_200 : 18,
        'charge card',
        'billing',
        'client',
        { code: isBad ? 51 : 0 },
        isBad ? 'declined' : undefined,
      ),
    ];
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Runs the commands of a block; what varies from run to run is made the same. */
function session(block, bin) {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_OPTIONS: _options, ...inherited } = process.env;
  const env = { ...inherited, PATH: `${bin}:${process.env.PATH}`, TZ: 'UTC' };
  const parts = block.split('\n').filter((line) => line.startsWith('$ '));
  return parts
    .map((line) => {
      const { stdout } = spawnSync('bash', ['-c', `{ ${line.slice(2)}\n} 2>&1`], {
        cwd: directory,
        env,
        encoding: 'utf8',
      });
      return `${line}\n${stdout
        .replace(/^│ \d\d:\d\d:\d\d\.\d{3}/gm, '│ 10:00:00.000')
        .replace(/^(--- (?:end of )?telemetry) [0-9a-f]{12}/gm, '$1 5f2c81d09a3e')
        .replace(/[ \t]+$/gm, '')
        .trimEnd()}\n`;
    })
    .join('');
}

/** The help of each command that the page lacks. */
function missingHelp(text) {
  const list = spawnSync(process.execPath, [rimp, '--help'], { encoding: 'utf8' }).stdout;
  const names = [...(list.split('Commands:\n')[1] ?? '').matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name]) => name);
  return names.filter((name) => !text.includes(`$ rimp ${name} --help\n`));
}

try {
  const bin = writeFiles();
  const before = readFileSync(page, 'utf8');
  const missing = missingHelp(before);
  const isWriting = process.argv.includes('--write');
  const added = missing.map((name) => `\n### rimp ${name}\n\n\`\`\`console\n$ rimp ${name} --help\n\`\`\`\n`);
  const text = isWriting ? `${before.trimEnd()}\n${added.join('')}` : before;
  const after = text.replace(
    /```console\n([\s\S]*?)```/g,
    (_all, block) => `\`\`\`console\n${session(block, bin)}\`\`\``,
  );
  if (isWriting) writeFileSync(page, after);
  else {
    const [is, was] = [after.split('\n'), before.split('\n')];
    const at = was.findIndex((line, index) => line !== is[index]);
    if (at >= 0 || is.length !== was.length) console.log(`docs/cli.md:${at + 1}: says "${was[at]}", is "${is[at]}"`);
    if (missing.length > 0) console.log(`docs/cli.md lacks the help of ${missing.join(', ')}`);
    process.exitCode = at >= 0 || is.length !== was.length || missing.length > 0 ? 1 : 0;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
