// SPDX-License-Identifier: AGPL-3.0-or-later
// Reading the map: legend, filter, list, one contribution, its history, languages, addresses.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  assertClean, base, DESKTOP, digits, get, launch, listed, mapPath, newPage, open, openTab, PHONE, pointAtMiddle,
} from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const collectionsUrl = `${mapPath}/collections?f=json`;

test('the legend counts what the program counts', async () => {
  const { collections } = await get(collectionsUrl);
  const { page, context, seen } = await open(browser);
  for (const collection of collections) {
    const row = page.locator(`[data-collection="${collection.id}"]`);
    assert.equal(digits(await row.locator('.count').innerText()), collection.item_count);
    assert.equal(await row.locator('label').innerText(), collection.titles.fr);
  }
  assertClean(seen);
  await context.close();
});

test('the page that the browser has kept works again', async () => {
  // Without the interception of other tests, which switches the browser's cache off.
  const { page, context, seen } = await newPage(browser, {});
  for (const visit of ['first', 'second', 'third']) {
    const answer = await page.goto(`${base}${mapPath}`);
    assert.equal(answer.ok(), true, visit);
    await page.waitForSelector('[data-collection] .count', { state: 'attached' });
  }
  assertClean(seen);
  await context.close();
});

for (const [name, device] of [['desktop', DESKTOP], ['phone', PHONE]]) {
  test(`producers of what is drawn are named on a ${name}`, async () => {
    const { base_maps: baseMaps } = await get(`${mapPath}?f=json`);
    const { collections } = await get(collectionsUrl);
    const { page, context } = await open(browser, { device });
    const attribution = page.locator('#attribution');
    if (name === 'phone') {
      await page.click('#sources');
    }
    const text = await attribution.innerText();
    const drawn = collections.filter((each) => each.geometry_types.includes('Point'));
    for (const words of [baseMaps[0]?.attribution, ...drawn.map((each) => each.attribution)]) {
      assert.ok(text.includes(words ?? ''), `${words} is not in ${text}`);
    }
    await context.close();
  });
}

test('a collection that is unticked leaves the list, and stays away next time', async () => {
  const { collections } = await get(collectionsUrl);
  const shown = collections.filter((each) => each.item_count > 0 && each.geometry_types.includes('Point'));
  const { page, context } = await open(browser);
  for (const collection of shown) {
    await page.uncheck(`#show-${collection.id}`);
  }
  await openTab(page, 'list');
  assert.equal(await (await listed(page)).count(), 0);
  await page.reload();
  await openTab(page, 'legend');
  assert.equal(await page.isChecked(`#show-${shown[0].id}`), false);
  await openTab(page, 'legend');
  await page.check(`#show-${shown[0].id}`);
  await openTab(page, 'list');
  await page.waitForSelector('.view.list .items button');
  await context.close();
});

/** A category below another one with few contributions, so that the list shows them all. */
async function smallCategory() {
  const { categories, bbox } = await get(`${mapPath}?f=json`);
  const { collections } = await get(collectionsUrl);
  for (const collection of collections) {
    for (const { key, count } of collection.categories) {
      const category = categories.find((each) => each.key === key);
      if (category.parent && count >= 2 && count <= 40) {
        const url = `${mapPath}/collections/${collection.id}/items?limit=1000&category=${key}`;
        const inside = await get(`${url}&bbox=${bbox.join(',')}`);
        const all = await get(url);
        if (inside.numberMatched === all.numberMatched) {
          return { category, collection, ids: all.features.map((each) => each.id).sort() };
        }
      }
    }
  }
  return assert.fail('no category fits this test');
}

async function expandTo(page, category, categories) {
  if (category.parent) {
    const above = categories.find((each) => each.key === category.parent);
    await expandTo(page, above, categories);
    const button = page.locator(`[id="filter-expand-${above.key}"]`);
    if ((await button.getAttribute('aria-expanded')) === 'false') {
      await button.click();
    }
  }
}

test('a category leaves exactly its contributions, and its tree tells how many', async () => {
  const { categories } = await get(`${mapPath}?f=json`);
  const { category, ids } = await smallCategory();
  const { page, context, seen } = await open(browser);
  await page.click('#filter-summary');
  await expandTo(page, category, categories);
  const radio = page.locator(`[id="category-${category.key}"]`);
  const label = radio.locator('xpath=..');
  await label.locator('.count').waitFor();
  assert.equal(digits(await label.locator('.count').innerText()), ids.length);
  await radio.check();
  await openTab(page, 'list');
  await page.waitForFunction((count) =>
    document.querySelectorAll('.view.list[aria-busy="false"] .items button').length === count, ids.length);
  const found = await page.locator('.items button').evaluateAll((all) => all.map((each) => each.dataset.item));
  assert.deepEqual(found.sort(), ids);

  await openTab(page, 'legend');
  assert.equal(await page.locator('#filter-summary .chip').innerText(), category.label.fr);
  assertClean(seen);
  await context.close();
});

test('a category takes in what is below it', async () => {
  const { categories } = await get(`${mapPath}?f=json`);
  const { category, collection } = await smallCategory();
  const parent = categories.find((each) => each.key === category.parent);
  const { numberMatched } = await get(
    `${mapPath}/collections/${collection.id}/items?limit=1&category=${parent.key}`);
  const { page, context } = await open(browser);
  await page.click('#filter-summary');
  await expandTo(page, parent, categories);
  const label = page.locator(`[id="category-${parent.key}"]`).locator('xpath=..');
  await label.locator('.count').waitFor();
  assert.equal(digits(await label.locator('.count').innerText()), numberMatched);
  await context.close();
});

/** Opens the first point of the list; returns the contribution as the program has it. */
async function openFirst(page) {
  await openTab(page, 'list');
  await listed(page);
  // A point: the middle of a line's box need not be on the line.
  await page.locator('.view.list .items button:has(circle)').first().click();
  await page.waitForSelector('.view.popup');
  const { collection, id } = /#item\/(?<collection>[^/]+)\/(?<id>[^@]+)/.exec(page.url()).groups;
  return { collection, id, item: await get(`${mapPath}/collections/${collection}/items/${id}`) };
}

test('an entry of the list opens what the program says about it', async () => {
  const { page, context, seen } = await open(browser);
  const { collection, item } = await openFirst(page);
  const popup = page.locator('.view.popup');
  if (item.properties.title) {
    assert.equal(await popup.locator('h2').innerText(), item.properties.title);
  }
  const schema = await get(`${mapPath}/collections/${collection}/schema`);
  const specs = schema.properties.properties.properties;
  const shown = Object.keys(specs).filter(
    (key) => item.properties[key] !== undefined &&
      !['title', 'description', 'categories', 'observed', 'licence'].includes(key));
  for (const key of shown) {
    const row = popup.locator(`[data-field="${key}"]`);
    assert.equal(await row.locator('dt').innerText(), specs[key]['x-label'].fr);
    assert.notEqual(await row.locator('dd').innerText(), '');
  }
  assert.equal(await popup.locator('[data-field]').count(), shown.length);
  const provenance = await popup.locator('.provenance').innerText();
  const year = item.properties.created.slice(0, 4);
  assert.ok(provenance.includes(year), provenance);
  assert.match(provenance, item.properties.source ? /Source/ : /Ajouté par/);
  assert.match(provenance, /Licence/);
  // What opened is what is read aloud.
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'item-title');
  assertClean(seen);
  await context.close();
});

test('a tap on the map opens what is there', async () => {
  const { page, context } = await open(browser, { device: PHONE });
  const { id } = await openFirst(page);
  await page.click('#close');
  await page.waitForSelector('.view.list');
  await page.click('#tab-list');
  await page.waitForFunction(() => document.getElementById('view').hidden);
  // The contribution is in the middle of the map, where choosing it had moved the map.
  await page.waitForFunction(() => Number(location.hash.split('@')[1]?.split('/')[0]) >= 15.9);
  await pointAtMiddle(page, 'tap', 'what is there is opened', () => page.locator('#view .view').count());
  const near = await page.locator('.view.popup').evaluate((view) =>
    [view.dataset.item, ...[...view.querySelectorAll('.items button')].map((each) => each.dataset.item)]);
  assert.ok(near.includes(id), `${id} is not among ${near}`);
  await context.close();
});

test('the history shows each revision with its changes', async () => {
  const { page, context, seen } = await open(browser);
  const { collection, id } = await openFirst(page);
  const { items } = await get(`${mapPath}/collections/${collection}/items/${id}/revisions`);
  await page.click('#open-history');
  await page.waitForSelector('.view.history');
  assert.equal(await page.locator('[data-version]').count(), items.length);
  for (const revision of items) {
    const row = page.locator(`[data-version="${revision.version}"]`);
    assert.equal(await row.locator('[data-field]').count(), revision.changes.length);
  }
  const text = await page.locator('[data-version="1"]').innerText();
  assert.match(text, /création/);
  // Back, as with the back button of a phone, to the contribution and then to the list.
  await page.goBack();
  await page.waitForSelector('.view.popup');
  await page.goBack();
  await page.waitForSelector('.view.list');
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.item), id);
  assertClean(seen);
  await context.close();
});

test('an address that is sent to somebody opens the same contribution', async () => {
  const first = await open(browser);
  const { item } = await openFirst(first.page);
  const { hash } = new URL(first.page.url());
  await first.context.close();
  const { page, context } = await open(browser, { hash });
  await page.waitForSelector('.view.popup');
  assert.equal(await page.locator('.view.popup').getAttribute('data-item'), item.id);
  await context.close();
});

test('the page speaks the language of the browser, changes it, and remembers', async () => {
  const { titles } = await get(`${mapPath}?f=json`);
  const { page, context } = await open(browser, { locale: 'en-GB' });
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  assert.equal(await page.locator('#title').innerText(), titles.en);
  assert.equal(await page.locator('.legend h2').innerText(), 'Legend');
  await page.click('#lang-fr');
  assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
  assert.equal(await page.locator('#title').innerText(), titles.fr);
  assert.equal(await page.locator('.legend h2').innerText(), 'Légende');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'lang-fr');
  await page.reload();
  await page.waitForSelector('.legend h2');
  assert.equal(await page.locator('.legend h2').innerText(), 'Légende');
  await context.close();
});

test('a browser of another language gets French or English, whichever it prefers', async () => {
  const { page, context } = await open(browser, { locale: 'de-DE' });
  assert.match(await page.locator('.legend h2').innerText(), /^(Légende|Legend)$/);
  await context.close();
});

test('only the program and its base maps are asked', async () => {
  const { base_maps: baseMaps } = await get(`${mapPath}?f=json`);
  const allowed = new Set([new URL(base).host, ...baseMaps.map((each) => new URL(each.url).host)]);
  const { page, context, seen } = await open(browser);
  await openFirst(page);
  await page.click('#open-history');
  await page.waitForSelector('.view.history');
  await openTab(page, 'add');
  const strangers = seen.requests.filter((url) => /^(http|ws)/.test(url) && !allowed.has(new URL(url).host));
  assert.deepEqual(strangers, []);
  assert.deepEqual(seen.requests.filter((url) => url.startsWith('blob:')), []);
  assertClean(seen);
  await context.close();
});
