import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { otelcolProgram } from '../helpers/otelcol.js';

const program = otelcolProgram();

(program === undefined ? describe.skip : describe)('examples/collector-clickhouse.yaml', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rimp-otelcol-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const text = readFileSync('examples/collector-clickhouse.yaml', 'utf8');
  const validated = (config: string): { status: number | null; stderr: string } => {
    const path = join(directory, 'config.yaml');
    writeFileSync(path, config);
    return spawnSync(program as string, ['validate', '--config', path], { encoding: 'utf8' });
  };

  // a Collector of core components alone doesn't have the exporter
  it('is right but for an exporter that is part of the contrib distribution', () => {
    const { status, stderr } = validated(text);
    expect(status).toBe(1);
    expect(stderr).toContain('unknown type: "clickhouse"');
    expect(stderr).not.toMatch(/unknown type: "(?!clickhouse)/);
  });

  it('has pipelines that a Collector takes with another exporter in its place', () => {
    const other = text
      .replace(/\n {2}clickhouse:\n(?: {4}.*\n)*/, '\n  debug: {}\n')
      .replaceAll('[clickhouse]', '[debug]');
    expect(validated(other)).toMatchObject({ status: 0 });
    expect(validated(other.replace('[debug]', '[nothing]')).status).toBe(1);
  });
});
