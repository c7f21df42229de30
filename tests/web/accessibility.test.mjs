// SPDX-License-Identifier: AGPL-3.0-or-later
// Everybody can use it: axe-core finds nothing, and a phone shows it without sideways scrolling.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAccessible as check, DESKTOP, launch, listed, open, openTab, PHONE, pointCollection } from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

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
    await page.waitForSelector('.view.popup #talk[data-ready]');
    await look('popup');
    await page.click('#open-history');
    await page.waitForSelector('.view.history');
    await look('history');
    await openTab(page, 'add');
    await page.check(`#kind-${collection.id}`);
    await page.waitForSelector(`#add-form[data-collection="${collection.id}"]`);
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
