import { afterAll, describe, expect, it } from '@jest/globals';
import { Programs } from '../helpers/child-program.js';

const programs = new Programs('many-readers');

afterAll(() => programs.remove());

describe('a live view with twenty readers', () => {
  it('ends for each of them, and Node warns of no leaking listeners', async () => {
    const ended = await programs.run(`
      const { createServer } = require('node:http');
      const collector = new rimp.TelemetryCollector();
      const view = rimp.createLiveView(collector);
      const server = createServer(view).listen(0, '127.0.0.1', async () => {
        const url = 'http://127.0.0.1:' + server.address().port + '/api/live';
        const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(url)));
        view.close();
        const texts = await Promise.all(responses.map((response) => response.text()));
        console.log(texts.filter((text) => text.includes('event: hello')).length);
        await collector.shutdown();
        server.close();
      });
    `);
    expect(ended).toMatchObject({ status: 0, stdout: '20\n', stderr: '' });
  });
});
