// SPDX-License-Identifier: AGPL-3.0-or-later
// The map is drawn from vector tiles: what is asked for, what is seen of it (pixels of the drawing),
// filters, styles, a new contribution, what is pointed at, clusters.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  assertClean, base, drawn, eventually, get, launch, listed, mapPath, open, openTab, PHONE, placeHash, pointAtMiddle,
  pointCollection, post, pressIfThere, tilesOf, waitForMiddle,
} from './browser.mjs';

let browser;
let collection;
let categories; // two of the collection, of different colours
// Far from everything else, so that nothing lies over it.
const place = [3.7012, 43.4987];

before(async () => {
  browser = await launch();
  ({ collection } = await pointCollection((schema, candidate) =>
    (schema.properties.properties.required ?? []).every((key) => key === 'title') &&
    candidate.categories.length > 1));
  const { categories: all } = await get(`${mapPath}?f=json`);
  const own = collection.categories.map(({ key }) => all.find((each) => each.key === key))
    .filter((each) => each.parent === null);
  categories = [own[0], own.find((each) => each.color !== own[0].color)];
});
after(() => browser.close());

const itemsOf = (requests) => requests.filter((url) => /\/items(\?|$)/.test(url)).map((url) => new URL(url));

test('tiles are asked for, and contributions are drawn from them in the colour of their collection', async () => {
  await post(collection, place, { title: 'Seul', categories: [categories[0].key] });
  const { page, context, seen } = await open(browser, { hash: placeHash(place) });
  await waitForMiddle(page, collection.color);
  const tiles = tilesOf(seen.requests);
  assert.ok(tiles.length > 0 && tiles.length < 30, `${tiles.length} tiles`);
  for (const url of tiles) {
    assert.equal(url.origin, base);
    assert.ok(url.searchParams.get('collections').split(',').includes(collection.id));
  }
  assert.deepEqual(itemsOf(seen.requests), [], 'items were asked for although no list is open');
  assertClean(seen);
  await context.close();
});

test('the list asks for a page of what is in the window, never for all', async () => {
  const { page, context, seen } = await open(browser);
  await openTab(page, 'list');
  const entries = await listed(page);
  const first = await entries.count();
  await page.click('.view.list[aria-busy="false"] #list-more');
  await page.waitForFunction((count) => document.querySelectorAll('.items button').length > count, first);
  await page.click('#zoom-in');
  await listed(page);
  const asked = itemsOf(seen.requests);
  assert.ok(asked.length > 0);
  for (const url of asked) {
    assert.ok(Number(url.searchParams.get('limit')) <= 50, url.href);
    assert.match(url.searchParams.get('bbox'), /^[\d.-]+(,[\d.-]+){3}$/);
  }
  const ids = await page.locator('.items button').evaluateAll((all) => all.map((each) => each.dataset.item));
  assert.equal(new Set(ids).size, ids.length);
  assertClean(seen);
  await context.close();
});

test('a phone asks for each list once', async () => {
  const { page, context, seen } = await open(browser, { device: PHONE });
  await drawn(page);
  await openTab(page, 'list');
  await listed(page);
  // The map has taken the size that the list leaves it.
  await page.waitForFunction(() => {
    const map = document.getElementById('map');
    return map.querySelector('canvas').clientHeight === map.clientHeight;
  });
  await listed(page);
  const asked = itemsOf(seen.requests).map((url) => url.pathname);
  assert.ok(asked.length > 1);
  assert.equal(new Set(asked).size, asked.length, asked.join(' '));
  await context.close();
});

test('a filter is in the address of the tiles, and on the map', async () => {
  const { page, context, seen } = await open(browser, { hash: placeHash(place) });
  await waitForMiddle(page, collection.color);
  await drawn(page);
  await page.click('#filter-summary');
  seen.requests.length = 0;
  await page.check(`[id="category-${categories[1].key}"]`);
  await waitForMiddle(page, collection.color, true);
  const { numberMatched } = await get(
    `${mapPath}/collections/${collection.id}/items?limit=1&category=${categories[1].key}`);
  await page.waitForFunction(([id, count]) =>
    document.querySelector(`[data-collection="${id}"] .count`)?.textContent.replace(/\D/g, '') === String(count),
  [collection.id, numberMatched]);
  await page.waitForFunction((count) =>
    document.getElementById('live').textContent.replace(/\D/g, '') === String(count), numberMatched);
  const tiles = tilesOf(seen.requests);
  assert.ok(tiles.length > 0);
  assert.ok(tiles.every((url) => url.searchParams.get('category') === categories[1].key));
  await page.check(`[id="category-${categories[0].key}"]`);
  await waitForMiddle(page, collection.color);
  assertClean(seen);
  await context.close();
});

test('words that are searched for choose what the map and the list show', async () => {
  const there = [3.7312, 43.4987];
  const item = await post(collection, there, { title: 'Éléphant à bascule' });
  const { page, context, seen } = await open(browser, { hash: placeHash(there) });
  await waitForMiddle(page, collection.color);
  await openTab(page, 'list');
  await listed(page);
  await page.fill('#search', 'girafe');
  await page.waitForFunction(() =>
    document.querySelectorAll('.view.list[aria-busy="false"] .items button').length === 0);
  await waitForMiddle(page, collection.color, true);
  // Whatever case and accents, and without losing the place of whoever types.
  await page.fill('#search', 'elephant BAS');
  await page.waitForSelector(`.view.list[aria-busy="false"] [data-item="${item.id}"]`);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'search');
  assert.equal(await page.locator('.items button').count(), 1);
  await waitForMiddle(page, collection.color);
  assert.ok(tilesOf(seen.requests).some((url) => url.searchParams.get('q') === 'elephant BAS'));
  await openTab(page, 'legend');
  assert.equal(await page.inputValue('#search'), 'elephant BAS');
  // The legend counts what is left on the whole map.
  await page.waitForFunction((id) =>
    document.querySelector(`[data-collection="${id}"] .count`)?.textContent === '1', collection.id);
  assertClean(seen);
  await context.close();
});

test('the list is in the order of distance, and complete as far as it goes', async () => {
  const { page, context } = await open(browser);
  await openTab(page, 'list');
  await listed(page);
  const first = await page.locator('.items button').count();
  await page.click('.view.list[aria-busy="false"] #list-more');
  await page.waitForFunction((count) => document.querySelectorAll('.items button').length > count, first);
  const ids = await page.locator('.items button').evaluateAll((all) => all.map((each) => each.dataset.item));
  const [zoom, lat, lon] = await page.evaluate(() => location.hash.split('@')[1]?.split('/').map(Number) ?? []);
  const { collections } = await get(`${mapPath}/collections?f=json`);
  const nearest = new Set();
  if (zoom) {
    // The first third of them, by the program's own order; the middle is known to 4 decimals.
    for (const each of collections.filter(({ id }) => id !== 'pavements')) {
      const { features } = await get(
        `${mapPath}/collections/${each.id}/items?near=${lon},${lat}&limit=${Math.floor(first / 3)}`);
      features.forEach((feature) => nearest.add(feature.id));
    }
    const early = ids.slice(0, Math.floor(first / 3));
    assert.deepEqual(early.filter((id) => !nearest.has(id)), []);
  }
  assert.equal(new Set(ids).size, ids.length);
  await context.close();
});

test('a filter chosen while tiles are on their way is the one that is drawn', async () => {
  const { page, context } = await open(browser, {
    hash: placeHash(place),
    before: (each) => each.route('**/tiles/WebMercatorQuad/**', async (route) => {
      await new Promise((done) => setTimeout(done, 1500));
      await route.continue();
    }),
  });
  await page.click('#filter-summary');
  await page.check(`[id="category-${categories[1].key}"]`);
  await drawn(page);
  await waitForMiddle(page, collection.color, true);
  await context.close();
});

test('a collection that is unticked is not asked for and not drawn', async () => {
  const { page, context, seen } = await open(browser, { hash: placeHash(place) });
  await waitForMiddle(page, collection.color);
  await drawn(page);
  seen.requests.length = 0;
  await page.uncheck(`#show-${collection.id}`);
  await waitForMiddle(page, collection.color, true);
  await drawn(page);
  for (const url of tilesOf(seen.requests)) {
    assert.ok(!url.searchParams.get('collections').split(',').includes(collection.id), url.href);
  }
  await context.close();
});

test('colours are those of the collections or of the themes, and the legend says which', async () => {
  const { page, context, seen } = await open(browser, { hash: placeHash(place) });
  await waitForMiddle(page, collection.color);
  const row = page.locator(`[data-collection="${collection.id}"]`);
  assert.equal(await row.locator('.themes').count(), 0);
  await page.check('#style-categories');
  await waitForMiddle(page, categories[0].color);
  // Remembered, and explained once there is something to explain.
  await page.reload();
  await page.waitForSelector('#map[data-ready]', { state: 'attached' });
  await waitForMiddle(page, categories[0].color);
  assert.ok((await row.locator('.themes').innerText()).includes(categories[0].label.fr));
  assertClean(seen);
  await context.close();
});

test('a new contribution is drawn at once, from tiles that are asked for again', async () => {
  const here = [3.7112, 43.4987];
  const { page, context, seen } = await open(browser, { hash: placeHash(here) });
  await drawn(page);
  await openTab(page, 'add');
  await page.check(`#kind-${collection.id}`);
  await page.waitForSelector('#add-form');
  await page.click('#position-centre');
  await page.fill('#field-title', 'Tout neuf');
  seen.requests.length = 0;
  await page.click('#send');
  await page.waitForSelector('.view.popup .thanks');
  await drawn(page);
  await eventually('the tiles are asked for again', () => tilesOf(seen.requests).length > 0);
  // Not selected any more: what is seen now is in the tiles.
  await openTab(page, 'legend');
  await waitForMiddle(page, collection.color);
  assertClean(seen);
  await context.close();
});

test('what is pointed at is fetched by its id, and named before it has come', async () => {
  const item = await post(collection, [3.7212, 43.4987], { title: 'Montré du doigt', description: 'Tout est dit' });
  const { page, context, seen } = await open(browser, { hash: placeHash([3.7212, 43.4987]) });
  await waitForMiddle(page, collection.color);
  let answer;
  const held = new Promise((done) => (answer = done));
  await page.route(`**/items/${item.id}*`, async (route) => {
    await held;
    await route.continue();
  });
  const { width, height } = await page.locator('#map').boundingBox();
  await page.locator('#map').click({ position: { x: width / 2, y: height / 2 } });
  await page.waitForSelector('.view[aria-busy="true"] #item-title');
  assert.equal(await page.locator('#item-title').innerText(), 'Montré du doigt');
  answer();
  await page.waitForSelector('.view.popup');
  assert.match(await page.locator('.view.popup').innerText(), /Tout est dit/);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'item-title');
  assert.deepEqual(itemsOf(seen.requests), []);
  assertClean(seen);
  await context.close();
});

test('a cluster opens where it falls apart', async () => {
  for (const [index, each] of [[3.5, 43.2], [3.505, 43.2]].entries()) {
    await post(collection, each, { title: `Paire ${index}` });
  }
  const { features: [cluster] } = await get(
    `${mapPath}/clusters?zoom=6&collections=${collection.id}&bbox=3.49,43.1,3.51,43.3&q=Paire`);
  assert.equal(cluster.properties.point_count, 2);
  const { page, context, seen } = await open(browser, { hash: placeHash(cluster.geometry.coordinates, 6) });
  await openTab(page, 'legend');
  const zoomOf = () => page.evaluate(() => Number(location.hash.split('@')[1].split('/')[0]));
  await page.fill('#search', 'Paire'); // nothing else is drawn
  await page.waitForFunction((id) =>
    document.querySelector(`[data-collection="${id}"] .count`)?.textContent === '2', collection.id);
  await pointAtMiddle(page, 'click', 'the cluster is opened', async () => (await zoomOf()) !== 6);
  assert.equal(await zoomOf(), cluster.properties.expansion_zoom);
  // Both are there now, and nothing in the middle between them.
  await drawn(page);
  const { width, height } = await page.locator('#map').boundingBox();
  await page.locator('#map').click({ position: { x: width / 2, y: height / 2 } });
  assert.equal(await page.locator('.view.popup').count(), 0);
  assertClean(seen);
  await context.close();
});

test('a cluster that no zoom takes apart opens the list', async () => {
  // As if all were in one place: a cluster of a low zoom is what the tiles of the highest hold.
  const { features: [{ geometry: { coordinates: [lon, lat] } }] } = await get(
    `${mapPath}/clusters?zoom=6&collections=${collection.id}&bbox=3.49,43.1,3.51,43.3&q=Paire`);
  const x = ((lon + 180) / 360) * 64;
  const y = ((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 64;
  const tile = `${base}${mapPath}/tiles/WebMercatorQuad/6/${Math.floor(y)}/${Math.floor(x)}?q=Paire`;
  const body = Buffer.from(await (await fetch(tile)).arrayBuffer());
  const side = 2 ** 18;
  const [column, row] = [Math.floor((x / 64) * side) + (x % 1), Math.floor((y / 64) * side) + (y % 1)];
  const place = [(column / side) * 360 - 180,
    (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / side))) * 180) / Math.PI];
  const { page, context } = await open(browser, {
    hash: placeHash(place, 21),
    before: (each) => each.route('**/tiles/WebMercatorQuad/**', (route) =>
      route.fulfill({ contentType: 'application/vnd.mapbox-vector-tile', body })),
  });
  await pointAtMiddle(page, 'click', 'the list is opened', () => page.locator('.view.list').count());
  await context.close();
});

test('the statistics are those of what is shown', async () => {
  const { page, context } = await open(browser);
  await page.click('#filter-summary');
  let answer;
  const held = new Promise((done) => (answer = done));
  await page.route('**/stats?*', async (route) => {
    await held;
    await route.continue();
  });
  await page.check(`[id="category-${categories[0].key}"]`);
  // The legend is drawn anew when the figures come: not under a finger, whose click would be lost.
  await page.hover(`#show-${collection.id}`);
  await page.mouse.down();
  const came = page.waitForResponse(/\/stats\?/);
  answer();
  await (await came).finished();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  await page.mouse.up();
  await page.waitForSelector(`#show-${collection.id}:not(:checked)`);
  await page.check(`#show-${collection.id}`);
  const url = new URL(await page.locator('#stats').getAttribute('href'), base);
  assert.equal(url.searchParams.get('category'), categories[0].key);
  url.searchParams.set('f', 'json');
  const stats = await get(url.pathname + url.search);
  const { numberMatched } = await get(
    `${mapPath}/collections/${collection.id}/items?limit=1&category=${categories[0].key}`);
  assert.ok(numberMatched > 0);
  assert.equal(stats.numberMatched, numberMatched);
  await page.click('#stats');
  await page.waitForSelector('.stats h1');
  await context.close();
});

test('a phone that gets no tiles is told over the map, or in the legend', async () => {
  const { page, context } = await open(browser, {
    device: PHONE,
    before: (each) => each.route('**/tiles/WebMercatorQuad/**', (route) => route.abort('internetdisconnected')),
  });
  await page.locator('#notice .link').waitFor();
  await openTab(page, 'legend');
  await page.waitForSelector('#legend-retry');
  assert.equal(await page.locator('#notice').isVisible(), false);
  await context.close();
});

test('tiles that do not arrive are told, and come when they can', async () => {
  let broken = true;
  const { page, context, seen } = await open(browser, {
    hash: placeHash(place),
    before: (each) => each.route('**/tiles/WebMercatorQuad/**', (route) =>
      broken ? route.abort('internetdisconnected') : route.continue()),
  });
  await page.waitForSelector('#legend-retry');
  broken = false;
  await pressIfThere(page, '#legend-retry');
  await waitForMiddle(page, collection.color);
  await page.waitForSelector('#legend-retry', { state: 'detached' });
  assertClean(seen);
  await context.close();
});
