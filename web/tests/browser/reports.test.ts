// Reports, which Python writes, as people read them: on telephones and screens, in the light and in the dark, without scripts, on paper.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

import { faults, look, PATIENCE_MS } from './people.ts';
import { browserPath } from './stage.ts';

const ROOT = '..';
const PHONE = { width: 390, height: 844 };
const SCREEN = { width: 1280, height: 800 };
/** A4 with margins. */
const PAPER = { width: 680, height: 1000 };
const NAMES = ['small', 'won', 'silent', 'hostile', 'crowd', 'house'];
const path = await browserPath();
const options = path === null ? { skip: 'no browser for this machine: set CHROME_PATH' } : {};
const folder = mkdtempSync(join(tmpdir(), 'consort-reports-'));
let browser: Browser;

before(async () => {
  if (path === null) return;
  execFileSync(resolve(ROOT, '.venv', 'bin', 'python'), ['-m', 'tests.report.samples', folder], { cwd: ROOT });
  browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A page with a report, and what went wrong in it. */
async function open(name: string, context: BrowserContextOptions): Promise<{ page: Page; flaws: string[] }> {
  const opened = await browser.newContext(context);
  opened.setDefaultTimeout(PATIENCE_MS);
  const page = await opened.newPage();
  const flaws: string[] = [];
  page.on('pageerror', (error) => flaws.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && flaws.push(message.text()));
  page.on('request', (request) => request.url().startsWith('file:') || flaws.push(request.url()));
  await page.goto(pathToFileURL(join(folder, name, 'report.html')).href);
  return { page, flaws };
}

/** The least letters of the pictures that are shown, in pixels. */
const least = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const shown = [...document.querySelectorAll<SVGTextElement>('figure svg text')].filter((text) => text.getClientRects().length > 0);
    const sizes = shown.map((text) => parseFloat(getComputedStyle(text).fontSize) * Math.abs(text.ownerSVGElement!.getScreenCTM()!.a));
    return Math.min(...sizes);
  });

const rows = (page: Page) => page.locator('.people tbody tr');

for (const name of NAMES)
  for (const [device, viewport, colorScheme] of [['phone', PHONE, 'dark'], ['screen', SCREEN, 'light']] as const)
    test(`the report of ${name} on a ${device}, ${colorScheme}`, options, async () => {
      const { page, flaws } = await open(name, { viewport, colorScheme });
      assert.deepEqual(await faults({ page }), []);
      assert.ok((await least(page)) >= 11, `letters of ${await least(page)} px`);
      const clipped = await page.evaluate(() =>
        [...document.querySelectorAll('main td, main th, main p, dd')]
          .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline' && !one.closest('thead'))
          .map((one) => one.textContent),
      );
      assert.deepEqual(clipped, []);
      await look({ page }, `report-${name}-${device}-${colorScheme}`);
      assert.deepEqual(flaws, []);
      await page.context().close();
    });

test('anybody of 17,448 is found by a part of the address, with status and money', options, async () => {
  const { page, flaws } = await open('crowd', { viewport: PHONE });
  assert.equal(await rows(page).count(), 12);
  await page.getByLabel('Find').fill('nobody of them');
  assert.equal(await rows(page).count(), 0);
  await page.getByLabel('Find').fill(`  ${(5_000).toString(16).padStart(40, '0').toUpperCase()} `);
  assert.equal(await rows(page).count(), 1);
  const told = await rows(page).innerText();
  assert.match(told, /silent/);
  assert.match(told, /Nobody opened its bid, which did not count, and its bond is burnt\./);
  await page.getByLabel('Find').fill('');
  await page.getByLabel('Status').selectOption('silent');
  assert.equal(await rows(page).count(), 3);
  await page.getByLabel('Status').selectOption('');
  await page.getByLabel('Order').selectOption('most back');
  const backs = await page.locator('.people tbody td:nth-child(3)').allInnerTexts();
  const amounts = backs.map((text) => Number(text.replaceAll(',', '')));
  assert.deepEqual(amounts, [...amounts].sort((one, two) => two - one));
  await page.getByRole('button', { name: /Show 60 more/ }).click();
  assert.equal(await rows(page).count(), 72);
  assert.match(await page.locator('.count').innerText(), /72 of 17,450 shown/);
  assert.deepEqual(flaws, []);
  await page.context().close();
});

test('a name runs nothing and loads nothing', options, async () => {
  const { page, flaws } = await open('hostile', { viewport: PHONE });
  await page.getByLabel('Find').fill('onerror=hacked()');
  assert.ok((await rows(page).count()) > 0);
  assert.equal(await page.locator('img').count(), 0);
  assert.deepEqual(flaws, []);
  await page.context().close();
});

test('without scripts everybody is there, up to a thousand; of more the first, and a file', options, async () => {
  for (const [name, expected] of [['won', 73], ['crowd', 200]] as const) {
    const { page } = await open(name, { viewport: SCREEN, javaScriptEnabled: false });
    assert.equal(await rows(page).count(), expected);
    assert.equal(await page.locator('.people form').isVisible(), false);
    assert.equal(await page.getByRole('link', { name: 'members.csv' }).count(), 1);
    await page.context().close();
  }
});

test('paper has everybody, the contents of folds, and light colours in the dark', options, async () => {
  for (const name of NAMES) {
    const { page } = await open(name, { viewport: PAPER, colorScheme: 'dark' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const shown = await rows(page).count();
    assert.notEqual(await background(), 'rgb(255, 255, 255)');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await background(), 'rgb(255, 255, 255)');
    assert.equal(await page.locator('details:not([open])').count(), 0);
    assert.equal(await page.locator('svg.narrow').first().isVisible(), false);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PAPER.width, name);
    const people = (await page.locator('.people .count').allInnerTexts()).join();
    if (name === 'won') assert.match(people, /73 of 73 shown/);
    if (name === 'crowd') assert.match(people, /1,000 of 17,450 shown/);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    assert.equal(await rows(page).count(), shown);
    await page.context().close();
  }
});
