// SPDX-License-Identifier: AGPL-3.0-or-later
// What is missing breaks nothing: base map, network, WebGL.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertClean, get, launch, listed, mapPath, open, openTab } from './browser.mjs';

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
  let found = 0;
  for (let tries = 0; tries < 60 && found <= 10; tries++) {
    await page.waitForTimeout(500);
    found = await colours(page);
  }
  assert.ok(found > 10, `limits and names are not drawn: ${found} colours`);
  assert.equal(await page.locator('#notice').isVisible(), false);
  assert.equal(await page.locator('[role="alert"]').count(), 0);
  assertClean(seen);
  await context.close();
});

test('a base map that can be reached needs no territories', async () => {
  const { base_maps: baseMaps } = await get(`${mapPath}?f=json`);
  const order = [];
  const { page, context } = await open(browser, {
    before: (each) => {
      each.on('response', (response) => order.push(new URL(response.url())));
      each.on('request', (request) => {
        if (request.url().includes('/territories')) {
          order.push(new URL(request.url()));
        }
      });
    },
  });
  if (baseMaps.length > 0) {
    const findTile = () => order.findIndex((url) => url.host === new URL(baseMaps[0].url).host);
    await page.waitForTimeout(5000); // longer than the page's patience
    for (let tries = 0; tries < 100 && findTile() < 0; tries++) {
      await page.waitForTimeout(250);
    }
    const tile = findTile();
    const asked = order.findIndex((url) => url.pathname.endsWith('/territories'));
    assert.ok(tile >= 0, 'no tile arrived');
    // On a machine that is slower than the page's patience they may be asked for before, not after.
    assert.ok(asked < 0 || asked < tile, 'territories were asked for although tiles had come');
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
