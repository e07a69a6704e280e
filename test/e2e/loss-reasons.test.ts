import { afterAll, describe, expect, it } from '@jest/globals';
import { Programs } from '../helpers/child-program.js';

const programs = new Programs('loss-reasons');
afterAll(() => programs.remove());

/** A collector whose storage refuses everything, each time with another message. */
const REFUSING = `
  let refusals = 0;
  const refuse = () => { refusals += 1; throw new rimp.StorageError('no room for ' + refusals, { permanent: true }); };
  const storage = { store: async () => refuse(), retrieve() {}, clear() {}, close() {}, scan() {} };
  const collector = new rimp.TelemetryCollector({ bufferSize: 1 }, { storage });
  const refused = async () => { collector.collectEvent('a', 'b'); await collector.forceFlush(); };`;

const REFUSED =
  'rimp-telemetry: lost 1 item (see health().sinks.storage.dropped.refused): sink "storage" failed: no room for';

describe('the line of a loss', () => {
  it('has the reason of that loss if something else is reported before it is shown', async () => {
    const { stderr } = await programs.run(`${REFUSING}
      (async () => {
        await refused();
        await refused();
      })();`);
    expect(stderr.split('\n')).toEqual([`${REFUSED} 1`, `${REFUSED} 2`, '']);
  });

  it('stands beside those of other losses, each with its own reason', async () => {
    const { stderr } = await programs.run(`${REFUSING}
      (async () => {
        await refused();
        await refused();
        collector.collectMetric('', 1);
      })();`);
    const invalid =
      'rimp-telemetry: lost 1 item (see health().rejected.invalid_metric): collectMetric: expected a name and a number, got "" (string) and 1 (number)';
    expect(stderr.split('\n')).toEqual([`${REFUSED} 1`, `${REFUSED} 2`, invalid, '']);
  });

  it('is there for an argument that something else stands in for', async () => {
    const { stderr } = await programs.run("new rimp.TelemetryCollector().collectEvent('a', 'b', 'bogus');");
    expect(stderr).toBe(
      'rimp-telemetry: lost 1 argument (see health().replaced.invalid_event_type): ' +
        'expected the event\'s type to be info, warning, error or debug, got "bogus" (string)\n',
    );
  });

  it('has the reason that the shutdown gives for what it did not wait for', async () => {
    const { stderr } = await programs.run(`
      const hanging = { store: () => new Promise(() => {}), retrieve() {}, clear() {}, close() {}, scan() {} };
      const collector = new rimp.TelemetryCollector({}, { storage: hanging });
      collector.addSink('away', { store: async () => { throw new Error('away'); } });
      collector.collectEvent('a', 'b');
      collector.shutdown({ timeoutMillis: 50 }).then(() => process.exit());`);
    const [line] = stderr.split('\n').filter((text) => text.includes('sinks.storage.dropped.shutdown_timeout'));
    expect(line).toContain('shutting down failed');
    expect(line).not.toContain('sink "away"');
  });
});

describe('what is lost at the end of a process', () => {
  it.each([
    ['at a normal end', ''],
    ['at process.exit()', 'process.exit();'],
    ['at process.exit() later', 'setTimeout(() => process.exit(), 20);'],
  ])('is a line with its reason, %s', async (_name, end) => {
    const { stdout, stderr } = await programs.run(`
      const collector = new rimp.TelemetryCollector({ storageBackend: 'file', storagePath: '/dev/full' });
      collector.collectEvent('a', 'b');
      process.on('exit', () => {
        const { accepted, queued, dropped } = collector.health();
        console.log(JSON.stringify({ accepted, queued, dropped }));
      });
      ${end}`);
    expect(JSON.parse(stdout)).toEqual({ accepted: 1, queued: 0, dropped: { store_failed: 1 } });
    expect(stderr).toContain('lost 1 item (see health().sinks.storage.dropped.store_failed): sink "storage" failed:');
    expect(stderr).toContain('ENOSPC');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('a loss that a logger of diag was given', () => {
  it('is no line of its own once that logger is gone, as at the end of "register"', async () => {
    const { stdout, stderr } = await programs.run(`
      const { diag } = require('@opentelemetry/api');
      const silent = () => undefined;
      diag.setLogger({ error: silent, warn: (text) => console.log(text), info: silent, debug: silent, verbose: silent });
      const collector = new rimp.TelemetryCollector();
      collector.collectMetric('', 1);
      diag.disable();
      collector.shutdown();`);
    expect(stdout).toContain('expected a name and a number');
    expect(stderr).toBe('');
  });
});

describe('the error of a flush that lost something', () => {
  it('has the reason of that loss, whatever was reported since', async () => {
    const { stdout } = await programs.run(`${REFUSING}
      collector.addSink('late', {
        store: async () => {
          await new Promise(setImmediate);
          collector.collectMetric('', 1);
        },
      });
      collector.collectEvent('a', 'b');
      collector.forceFlush().then(({ errors }) => console.log(errors.map(({ message }) => message).join('|')));`);
    expect(stdout).toContain('lost on the way to a sink or an endpoint: sink "storage" failed: no room for');
    expect(stdout).not.toContain('collectMetric');
  });
});
