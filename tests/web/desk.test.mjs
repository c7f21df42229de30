// SPDX-License-Identifier: AGPL-3.0-or-later
// The moderation desk: every decision made there arrives, by keyboard alone, by buttons on a phone, and
// when the network comes and goes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertClean, eventually, launch, mapPath, pointCollection, pressIfThere, tabTo } from './browser.mjs';
import { checkPage, client, enter, NARROW, person, setMap, visit } from './community.mjs';

const HUNDRED = 100;
const PAGE_SIZE = 50; // as desk.ts asks for
const HELD_MS = 6000; // as desk_outbox.ts has it
let browser;
let collection;
let boss;

/** Contributions that wait, with titles that nobody takes for one another. */
async function waiting(count, word, lon = 3.87) {
  const ada = client('ada');
  const ids = [];
  for (let i = 0; i < count; i++) {
    const { status, body } = await ada('POST', `${mapPath}/collections/${collection.id}/items`, {
      type: 'Feature', geometry: { type: 'Point', coordinates: [lon + (i % 10) * 0.002, 43.6 + Math.floor(i / 10) * 0.002] },
      properties: { title: `${word} ${i}` },
    }, { 'Content-Type': 'application/geo+json' });
    assert.equal(status, 201, JSON.stringify(body));
    ids.push(body.id);
  }
  return ids;
}

/** One of nobody's, from a device when one is named. */
async function anonymous(title, lon, device) {
  const { status, body } = await client()('POST', `${mapPath}/collections/${collection.id}/items`, {
    type: 'Feature', geometry: { type: 'Point', coordinates: [lon, 43.6] }, properties: { title },
  }, { 'Content-Type': 'application/geo+json', ...(device ? { 'Jalon-Device': device } : {}) });
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}

async function blocks() {
  return (await boss('GET', `${mapPath}/blocks`)).body.items;
}

async function reject(ids) {
  for (const id of ids) {
    await boss('POST', `${mapPath}/moderation/${id}`, { decision: 'reject', reason: 'fin' });
  }
}

async function stateOf(id) {
  return (await boss('GET', `${mapPath}/collections/${collection.id}/items/${id}/moderation`)).body.moderation;
}

const focused = (page) => page.evaluate(() => document.activeElement?.dataset.item ?? null);

/** The keyboard goes on at another contribution, or, after the last, at the note: the focus was not lost. */
async function movedFrom(page, id, isLast = false) {
  await page.waitForFunction(([before, last]) => {
    const now = document.activeElement;
    return last ? now?.id === 'queue-note' : now?.matches('.queued') && now.dataset.item !== before;
  }, [id, isLast]);
}

async function openDesk(page) {
  await visit(page, `${mapPath}/desk`);
  await page.waitForSelector('#queue .queued');
}

async function arrived(page, count) {
  await page.waitForSelector(`#desk-status[data-arrived="${count}"][data-waiting="0"]`, { state: 'attached' });
}

before(async () => {
  browser = await launch();
  ({ collection } = await pointCollection());
  person('ada');
  person('mod', 'moderator');
  person('boss', 'admin');
  boss = client('boss');
  await setMap(boss, { moderation: 'pre' });
});
after(() => browser.close());

test('a hundred decisions are made by keyboard alone, and all of them arrive', async () => {
  await waiting(HUNDRED, 'Essai');
  const { page, context, seen } = await enter(browser, 'mod', { webgl: false });
  await openDesk(page);
  await tabTo(page, '.queued');
  let readOn;
  const held = new Promise((done) => (readOn = done));
  await page.route(`**${mapPath}/moderation?*`, async (route) => {
    await held;
    await route.continue();
  });
  const wanted = new Map();
  const start = Date.now();
  for (let i = 0; i < HUNDRED; i++) {
    const id = await focused(page);
    assert.ok(id && !wanted.has(id), `decision ${i + 1} is about another one`);
    if (i % 10 < 6) {
      await page.keyboard.press('a');
      wanted.set(id, 'published');
    } else if (i % 10 < 9) {
      await page.keyboard.press('r');
      await page.keyboard.press(String(1 + (i % 9)));
      wanted.set(id, 'rejected');
    } else {
      await page.keyboard.press('h');
      await page.keyboard.press('7');
      wanted.set(id, 'hidden');
    }
    if (i === PAGE_SIZE - 1) {
      // Faster than the next page comes: the keyboard waits for it, and goes on.
      await movedFrom(page, id, true);
      readOn();
      await page.waitForSelector('#context:not([data-item=""]):not([aria-busy])');
    }
    await movedFrom(page, id, i === HUNDRED - 1);
  }
  console.log(`${HUNDRED} decisions by keyboard: ${((Date.now() - start) / 1000).toFixed(1)} s`);
  await arrived(page, HUNDRED);
  assert.equal(wanted.size, HUNDRED);
  for (const [id, state] of wanted) {
    assert.equal(await stateOf(id), state, id);
  }
  assert.equal((await boss('GET', `${mapPath}/moderation`)).body.items.length, 0);
  assertClean(seen);
  await context.close();
});

test('a decision is undone, before it left and after', async () => {
  const ids = await waiting(2, 'Défaire', 3.9);
  const { page, context } = await enter(browser, 'mod', { webgl: false });
  await page.clock.install();
  await openDesk(page);
  await tabTo(page, '.queued');
  const first = await focused(page);
  // A decision is held back for a moment: that ends here when the test says so.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000));
  await page.keyboard.press('a');
  await movedFrom(page, first);
  await page.keyboard.press('u');
  await page.waitForFunction((id) => document.activeElement?.dataset.item === id, first);
  await page.keyboard.press('r');
  await page.keyboard.press('4');
  await movedFrom(page, first);
  await page.clock.fastForward(HELD_MS);
  await arrived(page, 1);
  assert.equal(await stateOf(first), 'rejected');
  await page.keyboard.press('u');
  await page.waitForFunction((id) => document.activeElement?.dataset.item === id, first);
  await page.clock.fastForward(HELD_MS);
  await arrived(page, 2);
  assert.equal(await stateOf(first), 'published');
  await reject(ids);
  await context.close();
});

test('several are decided at once, and one is merged into what is there', async () => {
  const [kept, ...others] = await waiting(4, 'Ensemble', 3.92);
  await boss('POST', `${mapPath}/moderation/${kept}`, { decision: 'approve' });
  const { body: double } = await client('ada')('POST', `${mapPath}/collections/${collection.id}/items`, {
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.92, 43.6] }, properties: { title: 'Ensemble 0' },
  }, { 'Content-Type': 'application/geo+json' });
  const { page, context } = await enter(browser, 'mod', { webgl: false });
  await openDesk(page);
  await tabTo(page, '.queued');
  for (const id of others) {
    assert.equal(await focused(page), id);
    await page.keyboard.press('x');
    await movedFrom(page, id);
  }
  await page.keyboard.press('a');
  await page.waitForFunction((id) => document.activeElement?.dataset.item === id, double.id);
  await page.waitForSelector(`#context[data-item="${double.id}"] #candidates`);
  await page.keyboard.press('m');
  await page.waitForSelector('#panel [data-digit="1"]');
  await page.keyboard.press('1');
  await movedFrom(page, double.id, true);
  await arrived(page, 4);
  for (const id of others) {
    assert.equal(await stateOf(id), 'published');
  }
  const { body: trail } = await boss('GET', `${mapPath}/audit?contribution=${double.id}`);
  assert.equal(trail.items[0].action, 'merge');
  assert.match(JSON.stringify(trail.items[0]), new RegExp(kept), 'into the one that was there');
  await context.close();
});

test('on a phone without a network decisions wait, and arrive when it is back', async () => {
  const ids = await waiting(2, 'Réseau', 3.94);
  const { page, context } = await enter(browser, 'mod', { device: NARROW });
  await openDesk(page);
  await page.route(`**${mapPath}/moderation/**`, (route) => route.abort('internetdisconnected'));
  for (const id of ids) {
    assert.equal(await page.getAttribute('.queued[aria-current]', 'data-item'), id);
    await page.click('.bar [data-key="r"]');
    await page.click('#panel [data-digit="2"]');
  }
  await page.waitForSelector('#desk-status .error');
  // Closed and opened again, as phones do.
  await page.unroute(`**${mapPath}/moderation/**`);
  await visit(page, `${mapPath}/desk`);
  // Nothing is left to be said where all had arrived before it was opened again.
  await page.waitForSelector('#desk-status[data-waiting="0"]', { state: 'attached' });
  await eventually('both arrived', async () => (await Promise.all(ids.map(stateOf))).every((state) => state === 'rejected'));
  await context.close();
});

test('who wrote something is blocked by keyboard, also when an answer is lost, and let in again', async () => {
  const [id] = await waiting(1, 'Bloquer', 3.98);
  const device = 'a-device-of-nobody-in-particular';
  const others = [await anonymous('Sans trace', 3.985), await anonymous('Sans nom', 3.99, device)];
  const { page, context, seen } = await enter(browser, 'mod', { webgl: false });
  await openDesk(page);
  await tabTo(page, '.queued');
  assert.equal(await focused(page), id);
  await page.waitForSelector(`#context[data-item="${id}"]`);
  await page.keyboard.press('b');
  await tabTo(page, '#panel select[name="ends"]');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'reason', 'a reason is needed');
  assert.deepEqual(await blocks(), []);
  await page.keyboard.type('Trois fois la même publicité');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#block-said:focus');
  const [ada] = await blocks();
  assert.deepEqual([ada.account, ada.reason, ada.author], ['ada', 'Trois fois la même publicité', 'mod']);
  assert.equal(Date.parse(ada.ends) - Date.parse(ada.created) > 6.9 * 864e5, true, 'a week');
  const kept = await client('ada')('POST', `${mapPath}/collections/${collection.id}/items`, {
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.98, 43.61] }, properties: { title: 'Encore' },
  }, { 'Content-Type': 'application/geo+json' });
  assert.equal(kept.status, 403);
  // Nothing is known of the device of this one: said at the field.
  await page.click(`[data-item="${others[0]}"]`);
  await page.waitForSelector(`#context[data-item="${others[0]}"]`);
  await page.keyboard.press('b');
  await page.fill('#panel textarea', 'Publicité');
  await page.click('#panel button[type="submit"]');
  await page.waitForSelector('#panel .field.invalid select[name="what"]');
  assert.match(await page.innerText('#panel .field.invalid .error'), /^On ne sait rien, ou plus rien, de l’appareil/, 'the reason of the program, in the language of the page');
  await page.keyboard.press('Escape');
  // The answer about this one is lost on its way: it arrived all the same, and arrives once.
  await page.click(`[data-item="${others[1]}"]`);
  await page.waitForSelector(`#context[data-item="${others[1]}"]`);
  await page.keyboard.press('b');
  await page.selectOption('#panel select[name="ends"]', 'day');
  await page.fill('#panel textarea', 'Insultes');
  await page.route(`**${mapPath}/blocks`, async (route) => {
    await (route.request().method() === 'POST' ? route.fetch() : Promise.resolve());
    await route.abort('internetdisconnected');
  });
  await page.click('#panel button[type="submit"]');
  await page.waitForSelector('#desk-status .error');
  await page.unroute(`**${mapPath}/blocks`);
  await pressIfThere(page, '#desk-status .error button');
  await arrived(page, 1);
  assert.deepEqual((await blocks()).map(({ what, reason }) => [what, reason]),
    [['account', 'Trois fois la même publicité'], ['device', 'Insultes']]);
  await page.click('.tabs a[href="#blocks"]');
  await page.waitForSelector(`[data-block="${ada.id}"]`);
  await checkPage(page, 'blocks');
  for (const each of await blocks()) {
    await page.click(`[data-block="${each.id}"] button`);
    await page.waitForSelector(`[data-block="${each.id}"]`, { state: 'detached' });
  }
  assert.deepEqual(await blocks(), []);
  assertClean(seen);
  await reject([id, ...others]);
  await context.close();
});

test('what somebody did is shown before it is undone with a reason, and what others built upon stays', async () => {
  person('zoe');
  const zoe = client('zoe');
  const items = `${mapPath}/collections/${collection.id}/items`;
  const made = [];
  for (let i = 0; i < 3; i++) {
    made.push((await zoe('POST', items, { type: 'Feature', geometry: { type: 'Point', coordinates: [3.8 + i / 100, 43.55] },
      properties: { title: `Sabotage ${i}` } }, { 'Content-Type': 'application/geo+json' })).body.id);
  }
  const [fresh, built, gone] = made;
  await boss('POST', `${mapPath}/moderation/${built}`, { decision: 'approve' });
  const { headers } = await boss('GET', `${items}/${built}`);
  assert.equal((await boss('PATCH', `${items}/${built}`, { properties: { title: 'Réparé' } },
    { 'Content-Type': 'application/merge-patch+json', 'If-Match': headers.get('etag') })).status, 200);
  await reject([gone]);
  const { page, context, seen } = await enter(browser, 'mod', { webgl: false });
  await openDesk(page);
  await page.click(`[data-item="${fresh}"]`);
  await page.waitForSelector(`#context[data-item="${fresh}"]`);
  await page.keyboard.press('v');
  await page.fill('#panel input[name="hours"]', '9999');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#panel .field.invalid input[name="hours"]');
  await page.fill('#panel input[name="hours"]', '2');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#revert-found');
  const shown = () => page.$$eval('#panel details', (all) => Object.fromEntries(all.map((each) =>
    [each.dataset.result, [...each.querySelectorAll('li')].map((row) => row.dataset.id)])));
  const expected = { hidden: [fresh], changed_by_others: [built], settled: [gone] };
  assert.deepEqual(await shown(), expected);
  assert.match(await page.innerText('#panel [data-result="hidden"]'), /Sabotage 0/);
  await checkPage(page, 'a dry run');
  assert.equal(await stateOf(fresh), 'pending', 'nothing is done yet');
  await page.click('#panel button[type="submit"]');
  await page.waitForSelector('#panel .field.invalid textarea');
  await page.fill('#panel textarea', 'Une vague de vandalisme');
  // It arrives, its answer does not: sent again, what it says is the same.
  await page.route(`**${mapPath}/reverts`, async (route) => {
    await route.fetch();
    await route.abort('internetdisconnected');
  });
  await page.click('#panel button[type="submit"]');
  await page.waitForSelector('#panel .summary-errors');
  await page.unroute(`**${mapPath}/reverts`);
  await page.click('#panel button[type="submit"]');
  await page.waitForSelector('#revert-done');
  assert.deepEqual(await shown(), expected);
  await page.waitForSelector(`#queue [data-item="${fresh}"]`, { state: 'detached' });
  assert.deepEqual([await stateOf(fresh), await stateOf(built), await stateOf(gone)], ['hidden', 'published', 'rejected']);
  const { body: history } = await boss('GET', `${items}/${fresh}/revisions`);
  assert.deepEqual([history.items[0].action, history.items[0].author, history.items[0].reason], ['hide', 'mod', 'Une vague de vandalisme']);
  assertClean(seen);
  await context.close();
});

test('a zone is closed around a contribution without a map, another one by drawing, and both are opened', async () => {
  const [id] = await waiting(1, 'Zone', 3.75);
  const zones = async () => (await boss('GET', `${mapPath}/zones`)).body.items;
  const phone = await enter(browser, 'mod', { device: NARROW });
  await openDesk(phone.page);
  await tabTo(phone.page, '.queued');
  await phone.page.keyboard.press('z');
  const form = phone.page.locator('#close-zone form');
  const send = form.locator('button[type="submit"]');
  await form.locator('#zone-radius').fill('wide');
  await send.click();
  await form.locator('.zone-place.invalid').waitFor();
  assert.equal(await form.locator('.field.invalid').count(), 2, 'a place and a reason are needed');
  await form.locator('#zone-radius').fill('150');
  await form.locator('textarea').fill('Vandalisme');
  await form.locator('input[name="ends"]').fill('2020-01-01');
  await send.click();
  await form.locator('.field.invalid input[name="ends"]').waitFor();
  await form.locator('input[name="ends"]').fill(new Date(Date.now() + 40 * 864e5).toISOString().slice(0, 10));
  await phone.page.route(`**${mapPath}/zones`, (route) => route.abort('internetdisconnected'));
  await send.click();
  await phone.page.waitForSelector('#desk-status .error');
  assert.deepEqual(await zones(), []);
  await phone.page.unroute(`**${mapPath}/zones`);
  await pressIfThere(phone.page, '#desk-status .error button');
  await phone.page.waitForSelector('[data-zone]');
  const [around] = await zones();
  assert.deepEqual([around.reason, around.geometry.type, around.geometry.coordinates[0].length], ['Vandalisme', 'Polygon', 33]);
  const inside = (lon) => client()('POST', `${mapPath}/collections/${collection.id}/items`, {
    type: 'Feature', geometry: { type: 'Point', coordinates: [lon, 43.6] }, properties: { title: 'Dedans' },
  }, { 'Content-Type': 'application/geo+json' });
  assert.equal((await inside(3.7505)).status, 403);
  await checkPage(phone.page, 'zones, phone');
  await phone.context.close();

  const { page, context, seen } = await enter(browser, 'mod', { locale: 'en-GB' });
  await visit(page, `${mapPath}/desk#zones`);
  await page.waitForSelector('#zone-middle');
  await page.check('#close-zone input[value="corners"]');
  const box = await page.locator('#map').boundingBox();
  for (const [right, down] of [[0.2, 0.2], [0.8, 0.2], [0.8, 0.6]]) {
    await page.mouse.click(box.x + box.width * right, box.y + box.height * down);
  }
  await page.click('#zone-middle');
  await page.fill('#close-zone textarea:not(#zone-corners)', 'Drawn');
  await checkPage(page, 'zones, drawing');
  await page.click('#close-zone button[type="submit"]');
  await page.waitForSelector('#zone-said:focus');
  await page.check('#close-zone input[value="territory"]');
  await page.selectOption('#zone-territory', { index: 1 });
  await page.fill('#close-zone textarea', 'Everywhere here');
  await page.click('#close-zone button[type="submit"]');
  await page.waitForFunction(() => document.querySelectorAll('[data-zone]').length === 3);
  const [, drawn, whole] = await zones();
  assert.deepEqual([drawn.reason, drawn.geometry.coordinates[0].length], ['Drawn', 5]);
  const name = await page.inputValue('#zone-territory').catch(() => '');
  assert.equal(name, '', 'a new zone begins anew');
  assert.equal(whole.reason, 'Everywhere here');
  for (const each of [around, drawn, whole]) {
    await page.click(`[data-zone="${each.id}"] .row .row button`);
    await page.waitForSelector(`[data-zone="${each.id}"]`, { state: 'detached' });
  }
  assert.deepEqual(await zones(), []);
  const again = await inside(3.7505);
  assert.equal(again.status, 201);
  assertClean(seen);
  await reject([id, again.body.id]);
  await context.close();
});

for (const [locale, device] of [['fr-FR', NARROW], ['en-GB', undefined]]) {
  test(`the desk is accessible in ${locale}`, async () => {
    const ids = await waiting(2, `Accès ${locale}`, 3.96);
    const { page, context } = await enter(browser, 'mod', { locale, ...(device ? { device } : {}) });
    await openDesk(page);
    await page.waitForSelector(`#context[data-item="${ids[0]}"]`);
    await checkPage(page, 'desk');
    for (const key of ['r', '?', 'b', 'v']) {
      await page.click(`.bar [data-key="${key}"], [data-act="${key}"]`);
      await page.waitForSelector('#panel');
      await checkPage(page, `desk, ${key}`);
      await page.keyboard.press('Escape');
      await page.waitForSelector('#panel', { state: 'detached' });
      assert.equal(await focused(page), ids[0], 'closing a panel gives the focus back');
    }
    await page.goto('about:blank');
    await visit(page, `${mapPath}/desk#audit`);
    await checkPage(page, 'trail');
    await reject(ids);
    await context.close();
  });
}

test('who is no moderator is told so', async () => {
  const { page, context } = await enter(browser, 'ada');
  await visit(page, `${mapPath}/desk`);
  assert.equal(await page.locator('#desk').count(), 0);
  assert.match(await page.innerText('#page h2'), /modération/);
  await context.close();
});
