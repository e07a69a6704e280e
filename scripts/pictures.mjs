// Makes the pictures of README and docs from the real thing: `rimp serve`, fed by a made-up shop, in Chromium.
//
//   npm run build && node scripts/pictures.mjs [SECONDS]
//
// SECONDS: how long the shop runs before the pictures; default 100.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { feed, feedPast } from './pictures/feed.mjs';
import { smallPng } from './pictures/png.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(root, 'docs', 'pictures');
const LIMIT_BYTES = 120_000;
const [WIDTH, HEIGHT] = [1280, 800];
const seconds = Number(process.argv[2] ?? 100);

// the same at every run, as the pictures show it
const directory = join(tmpdir(), 'shop');
mkdirSync(directory);
const server = spawn(
  process.execPath,
  [join(root, 'dist', 'cjs', 'cli', 'main.js'), 'serve', '--port', '0', '--storage', 'telemetry.db'],
  { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
);
try {
  const endpoint = await addressOf(server);
  await feedPast(endpoint);
  await feed(endpoint, seconds);
  const running = feed(endpoint, 30);
  await takeAll(endpoint);
  await running;
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(directory, { recursive: true });
}

async function addressOf({ stderr }) {
  for await (const line of createInterface({ input: stderr })) {
    const found = /OTLP at (\S+),/.exec(line);
    if (found !== null) return found[1];
  }
  throw new Error('rimp serve did not start');
}

async function takeAll(endpoint) {
  const declined = await errorIn(endpoint);
  const pages = [
    { name: 'overview', hash: '#/', ready: (page) => page.locator('.rate-part').first().waitFor() },
    { name: 'events', hash: '#/events?spans=exclude', ready: showLastError },
    {
      name: 'trace',
      hash: `#/trace/${declined.otel.traceId}`,
      ready: (page) => page.getByText('payment.charge').first().click(),
    },
    { name: 'metrics', hash: '#/metrics', height: 420, ready: (page) => page.locator('.spark-line').first().waitFor() },
    {
      name: 'histogram',
      hash: '#/metrics?metric=http.server.request.duration',
      ready: (page) => page.locator('.heat-map canvas').waitFor(),
    },
  ];
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  mkdirSync(target, { recursive: true });
  try {
    for (const colorScheme of ['light', 'dark'])
      for (const { name, hash, height = HEIGHT, ready } of pages) {
        const page = await browser.newPage({ colorScheme, viewport: { width: WIDTH, height } });
        await page.goto(`${endpoint}/${hash}`);
        await page.getByText('Live', { exact: true }).waitFor();
        await ready(page);
        // what is on its way is not what the page looks like
        await page.getByText('Loading older events…').waitFor({ state: 'detached' });
        await page.locator('.connection .rate').waitFor();
        // the first draw of a canvas comes with the next frame
        await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
        const picture = smallPng(await page.screenshot());
        await page.close();
        if (picture.length > LIMIT_BYTES) throw new Error(`${name}: ${picture.length} bytes, at most ${LIMIT_BYTES}`);
        writeFileSync(join(target, `${name}-${colorScheme}.png`), picture);
        console.log(`${name}-${colorScheme}.png ${picture.length} bytes`);
      }
  } finally {
    await browser.close();
  }
}

async function showLastError(page) {
  await page.getByRole('row').nth(20).waitFor();
  await page.keyboard.press('p');
  await page.getByRole('complementary').getByText('Trace id').waitFor();
}

/** The latest error of the shop, as a line of the API. */
async function errorIn(endpoint) {
  const response = await fetch(`${endpoint}/api/events?eventTypes=error&spans=exclude&order=desc&limit=1`);
  return JSON.parse((await response.text()).split('\n')[0]);
}
