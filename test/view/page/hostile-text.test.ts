import { readFile } from 'node:fs/promises';
import { afterEach, expect, it } from '@jest/globals';
import { describeInBrowser } from '../../helpers/browser.js';
import { closeViews } from '../../helpers/live-view.js';
import { startView } from '../../helpers/view-page.js';

afterEach(closeViews);

const MARKUP = '<img src=x onerror="globalThis.ran = 1"><script>globalThis.ran = 1</script>';
const HOSTILE: readonly string[] = [
  MARKUP,
  'invoice\u202Efdp.exe',
  '\u001b]0;title\u0007\u001b[31mred\u001b[0m',
  'zero\u200bwidth',
  '__proto__',
  '=HYPERLINK("http://127.0.0.1/","x")',
  'x'.repeat(100_000),
  'line one\nline two',
  '\ud800 alone',
];

describeInBrowser('text that comes from telemetry', (open) => {
  it('is text in the list, the details, the conditions and the patterns, and characters without a look are shown', async () => {
    const { url, collector } = await startView();
    for (const text of HOSTILE)
      collector.collectEvent({
        source: text.slice(0, 300),
        message: text,
        metadata: { [text.slice(0, 200)]: text, text },
      });
    const page = await open(`${url}#/events`);
    await page.locator('.counts', { hasText: String(HOSTILE.length) }).waitFor();
    const list = await page.getByRole('grid').innerText();
    expect(list).toContain(MARKUP);
    expect(list).toContain('U+202E');
    expect(list).toContain('ESC');
    expect(list).not.toMatch(/[\u202e\u200b]/);
    for (let index = 0; index < HOSTILE.length; index += 1) {
      await page.getByRole('row').nth(index).click();
      await page.getByRole('complementary', { name: 'Event' }).getByText('Metadata').waitFor();
    }
    await page.getByRole('row').first().click();
    await page.getByRole('button', { name: 'Filter by text', exact: true }).click();
    await page.locator('.condition').getByText('<img src=x').waitFor();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByRole('button', { name: 'Patterns' }).click();
    await page.getByRole('table').getByText('<img').first().waitFor();
    expect(await page.locator('#app img').count()).toBe(1);
    expect(await page.evaluate('globalThis.ran')).toBeUndefined();
  });

  it('is downloaded as JSON lines as it is, and as CSV without formulas', async () => {
    const { url, collector } = await startView();
    for (const text of HOSTILE) collector.collectEvent({ source: 's', message: text });
    collector.collectEvent({ source: 'other', message: 'filtered out' });
    const page = await open(`${url}#/events?source=s`);
    await page.locator('.counts', { hasText: String(HOSTILE.length) }).waitFor();
    const download = async (name: string): Promise<string> => {
      await page.getByText('Download').click();
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
      return readFile(await file.path(), 'utf8');
    };
    const lines = (await download('JSON lines')).trimEnd().split('\n');
    const messages = lines.map((line) => (JSON.parse(line) as { data: { message: string } }).data.message);
    expect(messages).toEqual(HOSTILE.map((text) => text.toWellFormed()));
    const csv = await download('CSV');
    expect(csv).not.toContain('filtered out');
    expect(csv).toContain(`'=HYPERLINK(`);
    expect(csv).not.toMatch(/(?:^|[,"\n])=HYPERLINK/);
  });
});
