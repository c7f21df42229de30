// SPDX-License-Identifier: AGPL-3.0-or-later
// What is missing breaks nothing: base map, network, WebGL.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  assertClean, drawn, eventually, get, launch, listed, mapPath, open, openTab, placeHash, waitForMiddle,
} from './browser.mjs';

const NOWHERE = [3.2, 43.0]; // nothing is drawn there but the base map, in the open sea
const GROUND = '#eef0ea'; // as map.ts has it, like the page's patience with a base map
const PATIENCE_MS = 4000;
let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** How many different colours a part of the map has. */
async function colours(page) {
  const shot = await page.locator('#map').screenshot();
  return page.evaluate(async (bytes) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const found = new Set();
    for (let i = 0; i < data.length; i += 4) {
      found.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    }
    return found.size;
  }, [...shot]);
}

test('territories stand in for a base map that cannot be reached', async () => {
  const territories = await get(`${mapPath}/territories?f=json`);
  const { page, context, seen } = await open(browser, { tiles: 'offline' });
  // Only the background: what is then drawn are the territories.
  while (await page.locator('.collections input:checked').count()) {
    await page.locator('.collections input:checked').first().click();
  }
  await page.waitForSelector(`#map[data-territories="${territories.features.length}"]`, { state: 'attached' });
  // Drawing in software takes its time.
  await eventually('limits and names are drawn', async () => (await colours(page)) > 10);
  assert.equal(await page.locator('#notice').isVisible(), false);
  assert.equal(await page.locator('[role="alert"]').count(), 0);
  assertClean(seen);
  await context.close();
});

test('a base map that can be reached needs no territories', async () => {
  const { base_maps: baseMaps } = await get(`${mapPath}?f=json`);
  const { page, context, seen } = await open(browser, {
    hash: placeHash(NOWHERE, 14),
    // The page's patience ends when the test says so: drawing in software may take longer than it.
    before: (each) => each.addInitScript((patience) => {
      const later = globalThis.setTimeout;
      globalThis.ended = [];
      globalThis.setTimeout = (act, ms, ...rest) => (ms === patience ? globalThis.ended.push(act) : later(act, ms, ...rest));
    }, PATIENCE_MS),
  });
  if (baseMaps.length > 0) {
    await waitForMiddle(page, GROUND, true);
    assert.equal(await page.evaluate(() => globalThis.ended.map((each) => each()).length), 1);
    await drawn(page);
    assert.deepEqual(seen.requests.filter((url) => url.includes('/territories')), [], 'tiles had come');
    await page.locator('input[name="base"]').last().check();
  }
  await page.waitForSelector('#map[data-territories]', { state: 'attached' });
  await context.close();
});

test('a device that cannot draw maps has the list, and can contribute', async () => {
  const { page, context, seen } = await open(browser, { webgl: false });
  await page.waitForSelector('#no-map');
  const entries = await listed(page);
  await entries.first().click();
  await page.waitForSelector('.view.popup');
  await openTab(page, 'add');
  await page.locator('.kinds input').first().check();
  await page.waitForSelector('#position-lat');
  assert.equal(await page.locator('#position-centre').count(), 0);
  assertClean(seen);
  await context.close();
});

test('a map whose drawing does not arrive leaves the list', async () => {
  const { page, context, seen } = await open(browser, {
    webgl: false,
    before: (each) => each.route('**/assets/map.js*', (route) => route.abort()),
  });
  assert.match(await page.locator('#no-map').innerText(), /réseau/);
  assert.ok((await (await listed(page)).count()) > 0);
  assertClean(seen);
  await context.close();
});

test('when the program stops answering, what is drawn stays and can be asked for again', async () => {
  const { page, context, seen } = await open(browser);
  await openTab(page, 'list');
  const count = await (await listed(page)).count();
  assert.ok(count > 0);
  await context.setOffline(true);
  for (let i = 0; i < 3; i++) {
    await page.click('#zoom-out');
    await page.waitForTimeout(500);
  }
  await page.waitForSelector('.view.list .warn');
  assert.ok((await page.locator('.view.list .items button').count()) > 0);
  await context.setOffline(false);
  await page.waitForSelector('.view.list:not(:has(.warn))');
  assertClean(seen);
  await context.close();
});

test('a program that answers nothing leaves one sentence and a way to try again', async () => {
  const { page, context } = await open(browser, {
    webgl: false,
    before: (each) => each.route('**/collections?*', (route) => route.abort()),
  });
  await page.waitForSelector('#view button');
  assert.match(await page.locator('#view').innerText(), /Réessayer/);
  await context.close();
});

test('an address of something that is gone says so', async () => {
  const { collections } = await get(`${mapPath}/collections?f=json`);
  const { page, context } = await open(browser, {
    hash: `#item/${collections[0].id}/01890000-0000-7000-8000-00000000dead`,
  });
  await page.waitForSelector('#failure-title');
  await context.close();
});
