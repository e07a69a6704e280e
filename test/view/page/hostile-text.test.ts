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
  it('is text in the list, the details and the conditions, and characters without a look are shown', async () => {
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
    expect(await page.locator('#app img').count()).toBe(1);
    expect(await page.evaluate('globalThis.ran')).toBeUndefined();
  });
});
