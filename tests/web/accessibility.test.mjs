// SPDX-License-Identifier: AGPL-3.0-or-later
// Everybody can use it: axe-core finds nothing, and a phone shows it without sideways scrolling.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { DESKTOP, launch, listed, open, openTab, PHONE, pointCollection } from './browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function check(page, where) {
  // Evaluated from outside, so the page's policy does not have to allow it.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
  });
  assert.deepEqual(found, [], where);
}

async function checkWidth(page, where) {
  const { content, window } = await page.evaluate(() => ({
    content: Math.max(
      document.documentElement.scrollWidth,
      ...['view', 'tabs', 'panel'].map((id) => {
        const { scrollWidth, clientWidth } = document.getElementById(id);
        return innerWidth + scrollWidth - clientWidth;
      }),
    ),
    window: innerWidth,
  }));
  assert.ok(content <= window, `${where}: ${content} pixels wide in ${window}`);
}

for (const [name, device] of [['phone', PHONE], ['desktop', DESKTOP]]) {
  test(`every view is accessible on a ${name}`, async () => {
    const { collection } = await pointCollection();
    const { page, context } = await open(browser, { device });
    const look = async (where) => {
      await check(page, where);
      await checkWidth(page, where);
    };
    await look('at first');
    await openTab(page, 'legend');
    await page.click('#filter-summary');
    await page.check('#style-categories');
    await page.waitForSelector('.themes');
    await look('legend');
    await openTab(page, 'list');
    const entries = await listed(page);
    await look('list');
    await entries.first().click();
    await page.waitForSelector('.view.popup');
    await look('popup');
    await page.click('#open-history');
    await page.waitForSelector('.view.history');
    await look('history');
    await openTab(page, 'add');
    await page.check(`#kind-${collection.id}`);
    await page.waitForSelector('#add-form');
    await page.locator('#more-fields > summary').click();
    await page.click('#position-centre');
    await look('form');
    await page.click('#send');
    await look('form, after sending');
    await context.close();
  });
}

test('the first press of Tab offers the list', async () => {
  const { page, context } = await open(browser, { device: PHONE });
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'skip');
  assert.ok((await page.locator('#skip').boundingBox()).x >= 0, 'it can be seen');
  await page.keyboard.press('Enter');
  await listed(page);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'list-title');
  await context.close();
});

test('a phone with large letters still shows all of it', async () => {
  const { page, context } = await open(browser, {
    device: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
  });
  for (const tab of ['legend', 'list', 'add']) {
    await openTab(page, tab);
    await checkWidth(page, tab);
  }
  await context.close();
});

test('targets are large enough for a finger', async () => {
  const { page, context } = await open(browser, { device: PHONE });
  await openTab(page, 'legend');
  // The sources are a line of text, for which half of that is enough (WCAG 2.2, 2.5.8).
  const small = await page.locator('button:visible:not(#sources)').evaluateAll((all) =>
    all.filter((each) => Math.min(each.offsetWidth, each.offsetHeight) < 44).map((each) => each.outerHTML.slice(0, 100)));
  assert.deepEqual(small, []);
  await context.close();
});
