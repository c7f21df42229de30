// SPDX-License-Identifier: AGPL-3.0-or-later
// Adding a contribution: by keyboard, by tap, by GPS, with mistakes, and on a poor network.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertClean, eventually, get, launch, mapPath, open, openTab, PHONE, pointCollection, tabTo } from './browser.mjs';

let browser;
let collection;
let title = 0;
before(async () => {
  browser = await launch();
  ({ collection } = await pointCollection((schema) => {
    const { required = [] } = schema.properties.properties;
    return required.every((key) => key === 'title');
  }));
});
after(() => browser.close());

function newTitle() {
  title += 1;
  return `Essai ${process.pid}-${title}`;
}

/** The contribution that is open, as the program has it. */
async function stored(page) {
  await page.waitForSelector('.view.popup .thanks');
  const { c, id } = /#item\/(?<c>[^/]+)\/(?<id>[^@]+)/.exec(page.url()).groups;
  return get(`${mapPath}/collections/${c}/items/${id}`);
}

/** Waits for the form of the collection: that of the one chosen before may be open yet. */
async function formOf(page, id) {
  await page.waitForSelector(`#add-form[data-collection="${id}"]`);
}

async function start(page, id = collection.id) {
  await openTab(page, 'add');
  await page.check(`#kind-${id}`);
  await formOf(page, id);
}

test('a contribution is made with the keyboard alone', async () => {
  const { page, context, seen } = await open(browser);
  const words = newTitle();
  await tabTo(page, '#tab-add');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.view.add');
  await tabTo(page, '.kinds input');
  await page.keyboard.press('Space');
  while ((await page.evaluate(() => document.activeElement?.id)) !== `kind-${collection.id}`) {
    await page.keyboard.press('ArrowDown');
  }
  await formOf(page, collection.id);
  await tabTo(page, '#position-centre');
  await page.keyboard.press('Enter');
  const placed = await page.locator('#position-summary').innerText();
  await tabTo(page, '#position-move');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'pin');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowUp');
  const moved = await page.locator('#position-summary').innerText();
  assert.notEqual(moved, placed);
  await tabTo(page, '#field-title');
  await page.keyboard.type(words);
  await tabTo(page, '#send');
  await page.keyboard.press('Enter');
  const item = await stored(page);
  assert.equal(item.properties.title, words);
  assert.equal(item.geometry.type, 'Point');
  const [lat, lon] = moved.split(':')[1].split(';').map((each) => Number(each.trim().replace(',', '.')));
  assert.deepEqual(item.geometry.coordinates, [lon, lat]);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'item-title');
  assertClean(seen);
  await context.close();
});

test('a contribution is placed by a tap, shows at once, and its secret is kept', async () => {
  const { page, context, seen } = await open(browser, { device: PHONE });
  const { item_count: countBefore } = (await get(`${mapPath}/collections?f=json`)).collections
    .find((each) => each.id === collection.id);
  const words = newTitle();
  await start(page);
  const { width, height } = await page.locator('#map').boundingBox();
  await page.locator('#map').tap({ position: { x: width * 0.4, y: height * 0.55 } });
  await page.waitForSelector('#pin');
  const pin = await page.locator('#pin').boundingBox();
  const mapBox = await page.locator('#map').boundingBox();
  // The tip of the pin is where the finger was.
  assert.ok(Math.abs(pin.x + pin.width / 2 - (mapBox.x + width * 0.4)) < 3, 'pin beside the tap');
  assert.ok(Math.abs(pin.y + pin.height - (mapBox.y + height * 0.55)) < 3, 'pin above or below the tap');
  await page.fill('#field-title', words);
  await page.click('#send');
  const item = await stored(page);
  assert.equal(item.properties.title, words);

  const secret = await page.locator('#edit-secret').innerText();
  const kept = await page.evaluate((root) => JSON.parse(localStorage.getItem(`jalon.secrets:${root}`)), mapPath);
  assert.deepEqual(kept, { [item.id]: secret });

  await openTab(page, 'list');
  await page.waitForSelector(`[data-item="${item.id}"]`);
  await openTab(page, 'legend');
  const count = await page.locator(`[data-collection="${collection.id}"] .count`).innerText();
  assert.equal(Number(count.replace(/\D/g, '')), countBefore + 1);
  // Nothing of it is left in the form.
  await start(page);
  assert.equal(await page.inputValue('#field-title'), '');
  assertClean(seen);
  await context.close();
});

test('a contribution is placed where the device is', async () => {
  const { page, context } = await open(browser, {
    device: PHONE, permissions: ['geolocation'], geolocation: { latitude: 43.6112, longitude: 3.8767 },
  });
  await start(page);
  await page.click('#position-gps');
  await page.waitForSelector('#pin');
  await page.fill('#field-title', newTitle());
  await page.click('#send');
  const item = await stored(page);
  assert.deepEqual(item.geometry.coordinates, [3.8767, 43.6112]);
  await context.close();
});

test('coordinates can be typed, and what is no position is said', async () => {
  const { page, context } = await open(browser);
  await start(page);
  await page.locator('#position summary').click();
  await page.fill('#position-lat', '143');
  await page.fill('#position-lon', '3,9');
  await page.click('#position-use');
  assert.match(await page.locator('#position-error').innerText(), /90/);
  await page.fill('#position-lat', '43,62');
  await page.fill('#position-lon', '3,9');
  await page.click('#position-use');
  await page.fill('#field-title', newTitle());
  await page.click('#send');
  assert.deepEqual((await stored(page)).geometry.coordinates, [3.9, 43.62]);
  await context.close();
});

test('what is missing is said beside its field before anything is sent', async () => {
  const { page, context, seen } = await open(browser);
  await start(page);
  await page.click('#send');
  await page.waitForSelector('.summary-errors');
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'summary-errors');
  assert.notEqual(await page.locator('#position-error').innerText(), '');
  assert.notEqual(await page.locator('#field-title-error').innerText(), '');
  assert.deepEqual(seen.requests.filter((url) => url.endsWith(`/collections/${collection.id}/items`)), []);
  await page.locator('.summary-errors a').first().click();
  assert.match(await page.evaluate(() => document.activeElement?.id), /^position-/);
  await context.close();
});

test('what the program refuses is said beside the field that its pointer names', async () => {
  // The program knows more about opening hours than the page does.
  const { collection: timed, schema } = await pointCollection((candidate) =>
    Object.values(candidate.properties.properties.properties).some((each) => each['x-type'] === 'opening_hours'));
  const [key] = Object.entries(schema.properties.properties.properties)
    .find(([, each]) => each['x-type'] === 'opening_hours');
  const { page, context } = await open(browser);
  await start(page, timed.id);
  await page.click('#position-centre');
  await page.fill('#field-title', newTitle());
  const more = page.locator('#more-fields > summary');
  if (!(await page.locator(`#field-${key}`).isVisible())) {
    await more.click();
  }
  await page.fill(`#field-${key}`, 'quand il fait beau');
  await page.click('#send');
  const error = page.locator(`#field-${key}-error`);
  await error.filter({ hasText: /\S/ }).waitFor();
  assert.equal(await page.locator(`#field-${key}`).getAttribute('aria-invalid'), 'true');
  assert.match(await page.locator(`#field-${key}`).getAttribute('aria-describedby'), new RegExp(`field-${key}-error`));
  assert.equal(await page.locator('#field-title').getAttribute('aria-invalid'), 'false');
  // Corrected, it goes.
  await page.fill(`#field-${key}`, 'Mo-Fr 09:00-18:00');
  await page.click('#send');
  assert.equal((await stored(page)).properties[key], 'Mo-Fr 09:00-18:00');
  await context.close();
});

test('without a network nothing that was typed is lost', async () => {
  const { page, context, seen } = await open(browser, { device: PHONE });
  const words = newTitle();
  await start(page);
  await page.click('#position-centre');
  await page.fill('#field-title', words);
  await context.setOffline(true);
  await page.click('#send');
  await page.locator('.summary-errors').filter({ hasText: 'gardée sur cet appareil' }).waitFor();
  await context.setOffline(false);
  // The page is closed and opened again, as phones do.
  await page.goto('about:blank');
  await page.goBack();
  await page.waitForSelector('#map[data-ready]', { state: 'attached' });
  if (await page.locator('#notice').isVisible()) {
    await page.locator('#notice .link').click();
  }
  await page.waitForSelector('#add-form');
  assert.equal(await page.inputValue('#field-title'), words);
  await page.click('#send');
  assert.equal((await stored(page)).properties.title, words);
  assertClean(seen);
  await context.close();
});

test('a map that needs an account asks for the token', async () => {
  const { page, context } = await open(browser, {
    before: (each) => each.route(`**/collections/${collection.id}/items`, (route) =>
      route.request().method() !== 'POST' ? route.continue()
        : route.request().headers().authorization === 'Bearer bon'
          ? route.fulfill({ status: 201, contentType: 'application/geo+json',
              body: JSON.stringify({ ...route.request().postDataJSON(), id: '0190-essai' }) })
          : route.fulfill({ status: 401, contentType: 'application/problem+json',
              body: '{"title":"Unauthenticated","status":401}' })),
  });
  await start(page);
  await page.click('#position-centre');
  await page.fill('#field-title', newTitle());
  await page.click('#send');
  await page.waitForSelector('#token');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'token');
  await page.fill('#token', 'bon');
  await page.click('#send');
  await page.waitForSelector('.view.popup .thanks');
  await context.close();
});

test('a line is drawn tap by tap', async () => {
  const { collections } = await get(`${mapPath}/collections?f=json`);
  const lines = collections.find((each) => each.geometry_types.some((type) => type.endsWith('LineString')));
  assert.ok(lines, 'the demo has a collection of lines');
  const { page, context } = await open(browser);
  await start(page, lines.id);
  const shape = page.locator('#shape-LineString');
  if (await shape.count()) {
    await shape.check();
  }
  for (const [index, [x, y]] of [[200, 200], [300, 260], [380, 240]].entries()) {
    await page.locator('#map').click({ position: { x, y } });
    await eventually(`${index + 1} corners`, async () =>
      (await page.locator('#position-summary').innerText()).startsWith(String(index + 1)));
  }
  await page.click('#position-undo');
  await page.fill('#field-title', newTitle());
  await page.click('#send');
  const { geometry } = await stored(page);
  assert.equal(geometry.coordinates.flat(geometry.type === 'LineString' ? 0 : 1).length, 2);
  await context.close();
});
