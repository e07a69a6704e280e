import { afterEach, expect, it } from '@jest/globals';
import { violations } from '../../helpers/axe.js';
import { describeInBrowser } from '../../helpers/browser.js';
import { closeViews } from '../../helpers/live-view.js';
import { until } from '../../helpers/until.js';
import { startView } from '../../helpers/view-page.js';

afterEach(closeViews);

const TOKEN = 'a-token-of-some-length';

describeInBrowser('the page that asks for the token', (open) => {
  it('says that a token is wrong, takes the right one, and leads to what was asked for', async () => {
    const { url, collector } = await startView({ token: TOKEN });
    collector.collectEvent({ source: 's', message: 'secret' });
    const page = await open(`${url}#/events`, { mayLogErrors: true });
    await page.getByLabel('Token').fill('another-token-than-that');
    await page.keyboard.press('Enter');
    await page.getByText('This is not the token.').waitFor();
    // what was wrong is selected: to type is to replace it
    await page.keyboard.type(TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('secret').waitFor();
    await page.reload();
    await page.getByText('secret').waitFor();
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }]);
    expect(JSON.stringify(cookies)).not.toContain(TOKEN);
  });

  it('says that a text with characters which no header can hold is not the token', async () => {
    const { url, requests } = await startView({ token: TOKEN });
    const page = await open(url, { mayLogErrors: true });
    await page.getByLabel('Token').fill('пароль');
    await page.keyboard.press('Enter');
    await page.getByText("This can't be the token").waitFor();
    expect(requests('session')).toBe(0);
    await page.keyboard.type(TOKEN);
    await page.keyboard.press('Enter');
    await page.getByText('Live', { exact: true }).waitFor();
  });

  it('is left out by a link with the token, which leaves the address at once', async () => {
    const { url } = await startView({ token: TOKEN });
    const page = await open(`${url}?token=${TOKEN}`);
    await page.getByText('Live', { exact: true }).waitFor();
    expect(page.url()).not.toContain(TOKEN);
  });

  it('asks for nothing outside of the view, such as /favicon.ico', async () => {
    const { url, requests } = await startView({ token: TOKEN });
    await open(url, { mayLogErrors: true });
    await until(() => requests('icon') > 0);
    expect([requests('/icon.svg'), requests('/favicon.ico')]).toEqual([1, 0]);
    const passedOn = await (await fetch(`${url}?token=${TOKEN}`)).text();
    expect(passedOn).toContain('<link rel="icon" href="icon.svg"');
  });

  it('says that the token of a link is wrong', async () => {
    const { url } = await startView({ token: TOKEN });
    const page = await open(`${url}?token=another-token-than-that`, { mayLogErrors: true });
    await page.getByText('The token in the address is not the right one.').waitFor();
  });

  it('says that the server does not answer, and goes on when it does', async () => {
    const { url, stop, start } = await startView({ token: TOKEN });
    const page = await open(url, { mayLogErrors: true });
    await stop();
    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.getByText('The server does not answer.').waitFor();
    await start();
    await page.keyboard.press('Enter');
    await page.getByText('Live', { exact: true }).waitFor();
  });

  it('says so if the browser keeps no cookie', async () => {
    const { url } = await startView({ token: TOKEN });
    const page = await open(url, { mayLogErrors: true });
    await page.route('**/session', (route) => route.fulfill({ status: 204 }));
    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.getByText('The browser did not keep the cookie').waitFor();
  });

  it.each(['light', 'dark'] as const)('breaks no rule of axe-core in the %s scheme', async (colorScheme) => {
    const { url } = await startView({ token: TOKEN });
    const page = await open(`${url}?token=another-token-than-that`, { colorScheme, width: 390, mayLogErrors: true });
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });
});
