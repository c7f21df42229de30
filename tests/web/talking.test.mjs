// SPDX-License-Identifier: AGPL-3.0-or-later
// What people do with a contribution that is there: change it, propose a change, bring a version back,
// talk about it. In the page of the map; each deed is looked up in the program afterwards.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { assertClean, base, checkAccessible, launch, mapPath, pointCollection } from './browser.mjs';
import { assertUsedUp, checkPage, client, enter as enterWindow, jalon, mailedLink, NARROW, openLink, person, setMap } from './community.mjs';

let browser;
let collection;
let ada;
let boss;
let place = 0;

before(async () => {
  browser = await launch();
  // One with a workflow.
  ({ collection } = await pointCollection(({ properties }) => properties.properties.properties.status));
  for (const [name, role] of [['ada'], ['bob'], ['carl'], ['mod', 'moderator'], ['boss', 'admin']]) {
    person(name, role);
  }
  ada = client('ada');
  boss = client('boss');
});
after(() => browser.close());

/** Nothing here is about the map, and drawing it without a graphics card takes most of a test's time. */
const enter = (who, name, options = {}) => enterWindow(who, name, { webgl: false, ...options });

const itemPath = (id) => `${mapPath}/collections/${collection.id}/items/${id}`;

/** A contribution of Ada's, where no other is. */
async function contribution(title, properties = {}, who = ada) {
  place += 1;
  const { status, body } = await who('POST', `${mapPath}/collections/${collection.id}/items`, {
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.7 + place * 0.004, 43.55] }, properties: { title, ...properties },
  }, { 'Content-Type': 'application/geo+json' });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

async function open(page, id, view = 'item') {
  await page.goto('about:blank');
  await page.goto(`${base}${mapPath}#${view}/${collection.id}/${id}`);
  // Until the page knows that there will be no map, its parts move.
  await page.waitForSelector('body.without-map');
  if (view === 'item') {
    await discussed(page);
  }
}

/** Waits for the conversation; also after a deed of which the page is drawn anew. */
async function discussed(page) {
  await page.waitForSelector('#talk[data-ready]');
}

test('its author changes a contribution, and only what was changed is sent', async () => {
  const item = await contribution('Avant', { description: 'reste' });
  const { page, context, seen } = await enter(browser, 'ada');
  await open(page, item.id);
  await page.click('#edit');
  await page.waitForSelector('#edit-reason');
  assert.equal(await page.inputValue('#field-title'), 'Avant');
  await page.click('#send');
  await page.waitForSelector('.summary-errors'); // nothing was changed
  await page.fill('#field-title', 'Après');
  await page.fill('#edit-reason', 'Le nom a changé');
  // Somebody else changes another field meanwhile: both stay.
  await client('mod')('PATCH', itemPath(item.id), { properties: { description: 'autre' } },
    { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' });
  await page.click('#send');
  await page.waitForSelector('.popup .thanks');
  const { body } = await ada('GET', itemPath(item.id));
  assert.deepEqual([body.properties.title, body.properties.description], ['Après', 'autre']);
  const { items: [last] } = (await ada('GET', `${itemPath(item.id)}/revisions`)).body;
  assert.deepEqual([last.reason, last.changes.map((each) => each.field)], ['Le nom a changé', ['title']]);
  assertClean(seen);
  await context.close();
});

test('who changes what somebody else just changed sees both, and chooses field by field', async () => {
  const item = await contribution('Premier', { description: 'Première' });
  const { page, context } = await enter(browser, 'ada', { device: NARROW });
  await open(page, item.id, 'edit');
  await page.waitForSelector('#edit-reason');
  await page.fill('#field-title', 'Le mien');
  await page.fill('#field-description', 'La mienne');
  await page.fill('#position-lat', '43.551');
  await page.click('#position-use');
  const moved = { type: 'Point', coordinates: [item.geometry.coordinates[0], 43.552] };
  await client('mod')('PATCH', itemPath(item.id), { properties: { title: 'Le leur', description: 'La leur' }, geometry: moved },
    { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' });
  await page.click('#send');
  await page.locator('#field-title-error').filter({ hasText: /\S/ }).waitFor();
  assert.equal(await page.inputValue('#field-title'), 'Le mien');
  const both = page.locator('[data-conflict="description"]');
  assert.match(await both.innerText(), /La mienne[^]*La leur/);
  await checkPage(page, 'two versions');
  await both.locator('[value="theirs"]').check();
  assert.equal(await page.inputValue('#field-description'), 'La leur');
  await page.locator('[data-conflict="title"] [value="theirs"]').check();
  await page.locator('[data-conflict="title"] [value="mine"]').check();
  assert.equal(await page.inputValue('#field-title'), 'Le mien');
  await page.locator('[data-conflict="geometry"] [value="theirs"]').check();
  assert.equal(await page.inputValue('#position-lat'), '43.552');
  await page.click('#send');
  await page.waitForSelector('.popup .thanks');
  const { properties: { title, description }, geometry } = (await ada('GET', itemPath(item.id))).body;
  assert.deepEqual([title, description, geometry.coordinates[1]], ['Le mien', 'La leur', 43.552]);
  await context.close();
});

test('an earlier version is brought back from the history, with a reason', async () => {
  const item = await contribution('Bonne version');
  await ada('PATCH', itemPath(item.id), { properties: { title: 'Mauvaise version' } },
    { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' });
  const { page, context, seen } = await enter(browser, 'mod');
  await open(page, item.id, 'history');
  await page.click('[data-restore="1"]');
  await page.fill('[data-version="1"] input:not([type="checkbox"])', 'Vandalisme');
  await page.click('[data-version="1"] button[type="submit"]');
  await page.waitForSelector('[data-version="3"]');
  assert.equal((await ada('GET', itemPath(item.id))).body.properties.title, 'Bonne version');
  assertClean(seen);
  await context.close();
});

test('what is there already is shown before something is added', async () => {
  const item = await contribution('Boulangerie du Faubourg');
  const [lon, lat] = item.geometry.coordinates;
  const { page, context } = await enter(browser, null);
  await page.goto(`${base}${mapPath}#add`);
  await page.waitForSelector('body.without-map');
  await page.check(`#kind-${collection.id}`);
  await page.waitForSelector('#add-form');
  const details = page.locator('#position details');
  if (!(await details.evaluate((each) => each.open))) {
    await details.locator('summary').click();
  }
  await page.fill('#position-lat', String(lat));
  await page.fill('#position-lon', String(lon));
  await page.click('#position-use');
  await page.fill('#field-title', 'La boulangerie du faubourg');
  await page.click('#send');
  await page.waitForSelector(`#alike a[href$="${item.id}"]`);
  await page.click('#send-anyway');
  await page.waitForSelector('.popup .thanks');
  await context.close();
});

test('a change of what others made is proposed, and accepted in part', async () => {
  await setMap(boss, { edits: 'proposal' });
  const item = await contribution('Ancien nom', { description: 'Ancienne description' });
  const bob = await enter(browser, 'bob');
  await open(bob.page, item.id);
  await bob.page.click('#propose');
  await bob.page.fill('#field-title', 'Nouveau nom');
  await bob.page.fill('#field-description', 'Nouvelle description');
  await bob.page.click('#send');
  await bob.page.waitForSelector('.popup .thanks');
  assert.equal((await ada('GET', itemPath(item.id))).body.properties.title, 'Ancien nom');
  await bob.context.close();
  const { page, context } = await enter(browser, 'ada');
  await open(page, item.id);
  await page.uncheck('#talk-proposals [data-field="description"] input');
  await page.click('#talk-proposals [data-accept]');
  await page.waitForFunction(() => document.querySelector('#item-title')?.textContent === 'Nouveau nom');
  assert.equal((await ada('GET', itemPath(item.id))).body.properties.description, 'Ancienne description');
  await context.close();
  await setMap(boss, { edits: 'direct' });
});

test('contributions are related to others of this map and of another one, both ways, and no longer', async () => {
  jalon(['map', 'create', 'voisine', '--template', 'besoins']);
  const [{ id: need }, { id: answer }] = [await contribution('Un banc au soleil'), await contribution('Le banc de la fontaine')];
  const far = (await ada('POST', '/maps/voisine/collections/needs/items', {
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.9, 43.6] }, properties: { title: 'Besoin d’à côté' },
  }, { 'Content-Type': 'application/geo+json' })).body;
  const { page, context, seen } = await enter(browser, 'ada', { device: NARROW });
  await open(page, need);
  const panel = page.locator('#talk-links');
  const add = async (type, typed) => {
    await page.click('#add-link');
    await panel.locator('select').selectOption(type);
    await panel.locator('input').fill(typed);
    await page.keyboard.press('Enter');
  };
  // By words of its name.
  await add('answered_by', 'banc fontaine');
  await panel.locator(`[data-target="${answer}"] button`).click();
  const link = panel.locator('[data-link]', { hasText: 'a pour réponse' });
  await link.locator(`a[href="#item/${collection.id}/${answer}"]`).waitFor();
  assert.ok(await page.evaluate(() => document.activeElement?.closest('#talk-links') !== null), 'the focus stays');
  assert.deepEqual((await ada('GET', `${itemPath(answer)}/links`)).body.items.map((each) => [each.type, each.target.id]), [['answers', need]]);
  // What is there already, what is nowhere, what is elsewhere.
  await add('answered_by', `${base}${mapPath}#history/${collection.id}/${answer}@15/43.6/3.8`);
  await panel.locator(`[data-target="${answer}"] button`).click();
  await panel.locator('[data-target] .error').filter({ hasText: 'existe déjà' }).waitFor();
  await panel.locator('input').fill(`${base}${mapPath}/collections/${collection.id}/items/019a0000-0000-7000-8000-000000000000`);
  await panel.locator('form button[type="submit"]').click();
  await panel.locator('.summary-errors', { hasText: 'à cette adresse' }).waitFor();
  await panel.locator('input').fill(`https://example.org/maps/voisine#item/needs/${far.id}`);
  await panel.locator('form button[type="submit"]').click();
  await panel.locator('.summary-errors', { hasText: 'de ce serveur' }).waitFor();
  // On another map, by its address.
  await page.click('#add-link');
  await add('same_as', `${base}/maps/voisine/collections/needs/items/${far.id}?f=html`);
  await panel.locator(`[data-target="${far.id}"] button`).click();
  await panel.locator(`[data-link] a[href="/maps/voisine#item/needs/${far.id}"]`).waitFor();
  await checkPage(page, 'links');
  // From the other end, by somebody who may not change either: they are read, not removed.
  const bob = await enter(browser, 'bob', { locale: 'en-GB' });
  await open(bob.page, answer);
  await bob.page.locator('#talk-links [data-link]', { hasText: 'answers Un banc au soleil' }).waitFor();
  assert.equal(await bob.page.locator('#talk-links [data-link] button').count(), 0);
  await bob.page.click('#talk-links [data-link] a');
  await bob.page.waitForFunction(() => document.querySelector('#item-title')?.textContent === 'Un banc au soleil');
  await bob.context.close();
  // Whoever made it takes it away.
  await link.locator('button').click();
  await link.waitFor({ state: 'detached' });
  assert.deepEqual((await ada('GET', `${itemPath(answer)}/links`)).body.items, []);
  assert.equal((await ada('GET', `${itemPath(need)}/links`)).body.items.length, 1);
  assertClean(seen);
  await context.close();
});

test('what should never have been said is removed from memory, and that it was stays', async () => {
  const item = await contribution('Chez Zorglub', { description: 'Sonner chez Zorglub' });
  await ada('PATCH', itemPath(item.id), { properties: { title: 'Une maison' } },
    { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' });
  const { page, context, seen } = await enter(browser, 'mod', { device: NARROW });
  await open(page, item.id, 'history');
  await page.click('[data-redact="1"]');
  const form = page.locator('[data-version="1"] form').last();
  assert.equal(await form.locator('[name="status"]').count(), 0, 'what says nothing of anybody is not offered');
  await form.locator('input[name=""]').fill('Un nom de personne');
  await page.keyboard.press('Enter');
  await form.locator('.field.invalid', { hasText: 'Cochez' }).waitFor();
  await form.locator('input[name="title"]').check();
  await form.locator('input[name="description"]').check();
  await form.locator('button[type="submit"]').click();
  await page.waitForSelector('[data-version="3"]');
  await page.waitForSelector('#redact-words'); // the last that is added to a history
  assert.match(await page.innerText('[data-version="1"] [data-field="title"]'), /retiré par la modération/);
  assert.match(await page.innerText('[data-version="3"]'), /Un nom de personne/);
  assert.doesNotMatch(await page.innerText('#view'), /Zorglub/);
  await checkPage(page, 'history with a redaction');
  for (const path of [itemPath(item.id), `${itemPath(item.id)}/revisions`, `${itemPath(item.id)}/revisions/1`]) {
    for (const who of [client(), ada, client('mod')]) {
      const { status, body } = await who('GET', path);
      assert.equal(status, 200, path);
      assert.doesNotMatch(JSON.stringify(body), /Zorglub/, path);
    }
  }
  assert.equal((await ada('GET', itemPath(item.id))).body.properties.title, 'Une maison');
  // Words that stand elsewhere as well go everywhere at once.
  await ada('POST', `${itemPath(item.id)}/comments`, { kind: 'information', text: 'Une maison à Pirouette' });
  await page.click('#redact-words');
  const words = page.locator('#redact-words + form');
  await words.locator('[name="text"]').fill('maison');
  await words.locator('[name="reason"]').fill('Privé');
  await words.locator('button[type="submit"]').click();
  await words.locator('.summary-errors', { hasText: 'encore' }).waitFor();
  await words.locator('[name="current"]').check();
  await words.locator('button[type="submit"]').click();
  await page.waitForSelector('[data-version="4"]');
  assert.equal((await ada('GET', itemPath(item.id))).body.properties.title, 'Une […]');
  assert.equal((await ada('GET', `${itemPath(item.id)}/comments`)).body.items[0].text, 'Une […] à Pirouette');
  assert.doesNotMatch(JSON.stringify((await ada('GET', `${itemPath(item.id)}/revisions`)).body), /maison/);
  assert.equal((await ada('GET', `${mapPath}/collections/${collection.id}/items?q=Zorglub&f=json`)).body.numberMatched, 0);
  assertClean(seen);
  await context.close();
});

test('its author takes a step of the workflow, with a reason where one is due, and whoever supports it is told', async () => {
  const item = await contribution('Un besoin');
  await client('bob')('PUT', `${itemPath(item.id)}/supports/mine`);
  const { page, context, seen } = await enter(browser, 'ada', { device: NARROW });
  await open(page, item.id);
  await page.click('#talk-status summary');
  const steps = page.locator('#talk-status select');
  assert.equal(await steps.locator('option[value="expressed"]').count(), 0, 'only where a step leads');
  await steps.selectOption('answered');
  const name = await steps.locator('option[value="answered"]').innerText();
  await page.click('#talk-status button[type="submit"]');
  await page.locator('#talk-status .field.invalid', { hasText: 'demande une raison' }).waitFor();
  await checkPage(page, 'status');
  await page.fill('#talk-status textarea', 'Le banc est posé');
  await page.click('#talk-status button[type="submit"]');
  await page.locator('#view [data-field="status"] dd', { hasText: name }).waitFor();
  assert.equal((await ada('GET', itemPath(item.id))).body.properties.status, 'answered');
  const { items: [last] } = (await ada('GET', `${itemPath(item.id)}/revisions`)).body;
  assert.deepEqual([last.reason, last.author, last.changes.map((each) => each.field)], ['Le banc est posé', 'ada', ['status']]);
  await discussed(page);
  assert.equal(await page.locator('#talk-status option').count(), 1, 'the steps from there');
  await context.close();
  const bob = await enter(browser, 'bob');
  await bob.page.goto(`${base}/account#notifications`);
  await bob.page.locator('[data-kind="status"]', { hasText: 'Le banc est posé' }).waitFor();
  // Somebody else may not.
  await open(bob.page, item.id);
  assert.equal(await bob.page.locator('#talk-status').count(), 0);
  await bob.context.close();
  assertClean(seen);
});

test('whoever holds a place asks for it; its author refuses one with a reason, a moderator gives it to another', async () => {
  const item = await contribution('Mon café');
  const claim = async (name, text) => {
    const { page, context } = await enter(browser, name, { device: NARROW });
    await open(page, item.id);
    await page.click('#talk-claims summary');
    await page.fill('#talk-claims textarea', text);
    await page.click('#talk-claims button[type="submit"]');
    await page.locator('[data-claim]', { hasText: text }).waitFor();
    return { page, context };
  };
  const bob = await claim('bob', 'Je passe souvent devant');
  const carl = await claim('carl', 'C’est mon café');
  assert.equal(await carl.page.locator('[data-claim]').count(), 1, 'one does not read the claims of others');
  const author = await enter(browser, 'ada');
  await open(author.page, item.id);
  const asked = author.page.locator('[data-claim]', { hasText: 'bob' });
  await asked.locator('summary').click();
  await asked.locator('button[type="submit"]').click();
  await asked.locator('.field.invalid').waitFor();
  await asked.locator('input').fill('Ce n’est pas le vôtre');
  await asked.locator('button[type="submit"]').click();
  await author.page.locator('[data-claim]', { hasText: 'bob' }).waitFor({ state: 'detached' });
  assert.equal((await ada('GET', itemPath(item.id))).body.properties.author, 'ada');
  await author.context.close();
  // Who asked reads why not, and may ask again, or think better of it.
  await open(bob.page, item.id);
  await bob.page.click('#talk-claims summary');
  await bob.page.locator('[data-claim]', { hasText: 'Ce n’est pas le vôtre' }).waitFor();
  await checkPage(bob.page, 'claims');
  await bob.page.fill('#talk-claims textarea', 'Mais si');
  await bob.page.click('#talk-claims button[type="submit"]');
  const again = bob.page.locator('[data-claim]', { hasText: 'Mais si' });
  await again.locator('button').click();
  await again.locator('[data-state="withdrawn"]').waitFor();
  await bob.context.close();
  const mod = await enter(browser, 'mod', { locale: 'en-GB' });
  await open(mod.page, item.id);
  await mod.page.locator('[data-claim]', { hasText: 'carl' }).locator('button.primary').first().click();
  await mod.page.locator('.provenance .author', { hasText: 'carl' }).waitFor();
  await mod.context.close();
  const { author: now, declared_by: declared } = (await ada('GET', itemPath(item.id))).body.properties;
  assert.deepEqual([now, declared], ['carl', 'holder']);
  const states = (await client('mod')('GET', `${itemPath(item.id)}/claims`)).body.items.map((each) => [each.account, each.state, each.reason]);
  assert.deepEqual(states, [['bob', 'rejected', 'Ce n’est pas le vôtre'], ['carl', 'accepted', null], ['bob', 'withdrawn', null]]);
  await open(carl.page, item.id);
  await carl.page.waitForSelector('#edit');
  await carl.context.close();
});

test('who lost the code of an addition without an account gets another one by mail', async () => {
  const item = await contribution('Ajouté sans compte', {}, (method, path, body, headers) =>
    client()(method, path, { ...body, contact_email: 'passante@example.org' }, headers));
  const { page, context, seen } = await enter(browser, null, { device: NARROW });
  await open(page, item.id);
  assert.equal(await page.locator('#edit').count(), 0);
  await page.click('#talk-recover summary');
  await page.fill('#talk-recover input', 'passante@example.org');
  await page.click('#talk-recover button[type="submit"]');
  await page.waitForSelector('#talk-recover .said');
  const link = await mailedLink('passante@example.org', 'secret');
  await openLink(page, link);
  await page.click('#landing button[type="submit"]');
  const secret = await page.innerText('#edit-secret');
  await checkPage(page, 'a new code');
  const change = (code) => client()('PATCH', itemPath(item.id), { properties: { description: 'encore' } },
    { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*', 'Jalon-Edit-Secret': code });
  assert.equal((await change(item.edit_secret)).status, 403);
  assert.equal((await change(secret)).status, 200);
  // The device keeps it.
  await page.click('#landing a.button');
  await page.waitForSelector('#edit');
  await assertUsedUp(page, link);
  assertClean(seen);
  await context.close();
});

test('what was added without an account is put into one, and its code opens nothing any more', async () => {
  const item = await contribution('Trouvé en passant', {}, client());
  const headers = { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*', 'Jalon-Edit-Secret': item.edit_secret };
  assert.equal((await client()('PATCH', itemPath(item.id), { properties: { description: 'encore' } }, headers)).status, 200);
  const { page, context, seen } = await enter(browser, 'carl', { device: NARROW });
  // On the device that added it, which kept the code.
  await page.goto(`${base}/account`);
  await page.evaluate(([key, id, secret]) => localStorage.setItem(key, JSON.stringify({ [id]: secret })),
    [`jalon.secrets:${mapPath}`, item.id, item.edit_secret]);
  await open(page, item.id);
  await checkPage(page, 'adoption');
  await page.click('#talk-adopt button');
  await page.locator('.provenance .author', { hasText: 'carl' }).waitFor();
  await discussed(page);
  assert.equal(await page.locator('#talk-adopt').count(), 0);
  assert.equal((await client()('GET', itemPath(item.id))).body.properties.author, 'carl');
  assert.equal((await client()('PATCH', itemPath(item.id), { properties: { description: 'plus' } }, headers)).status, 403);
  assert.equal((await client('carl')('PATCH', itemPath(item.id), { properties: { description: 'à moi' } },
    { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' })).status, 200);
  await page.goto(`${base}/account#contributions`);
  await page.locator(`[data-item="${item.id}"]`).waitFor();
  assertClean(seen);
  await context.close();
});

test('people support, confirm, comment, answer and report', async () => {
  const item = await contribution('À discuter');
  const { page, context, seen } = await enter(browser, 'bob', { device: NARROW });
  await open(page, item.id);
  await page.click('#support button, #support');
  await page.waitForSelector('#support[aria-pressed="true"]');
  await page.click('#confirm-still');
  await page.fill('#talk-place textarea', 'Vu ce matin');
  await page.click('#talk-place button[type="submit"]');
  await page.waitForSelector('#talk-place .said');
  await page.click('#write-comment');
  await page.locator('#talk-comments details select').selectOption('question');
  await page.locator('#talk-comments details textarea').fill('Est-ce ouvert le dimanche, @ada ?');
  await page.locator('#talk-comments details button[type="submit"]').click();
  const comment = page.locator('[data-comment]').first();
  await comment.waitFor();
  await comment.locator('.row .link').first().click();
  await comment.locator('textarea').fill('Oui, le matin.');
  await comment.locator('button[type="submit"]').click();
  await page.locator('[data-comment] [data-comment]').waitFor();
  await page.click('#report');
  await page.selectOption('#talk-place select', 'wrong');
  await page.click('#talk-place button[type="submit"]');
  await page.waitForSelector('#talk-place .said');
  await checkAccessible(page, 'conversation');
  const { body: { properties } } = await ada('GET', itemPath(item.id));
  assert.deepEqual([properties.supports, properties.comments], [1, 2]);
  assert.ok(properties.confirmed);
  const { body: reports } = await client('mod')('GET', `${itemPath(item.id)}/reports`);
  assert.deepEqual(reports.items.map((each) => each.kind), ['wrong']);
  assertClean(seen);
  await context.close();
  // Whoever was named reads where, and what was said.
  const named = await enter(browser, 'ada', { device: NARROW });
  await named.page.goto(`${base}/account#notifications`);
  const mention = named.page.locator('.unseen[data-kind="mention"]', { hasText: 'le dimanche, @ada' });
  await mention.locator('a', { hasText: 'À discuter' }).click();
  await named.page.locator('[data-comment]', { hasText: '@ada' }).waitFor();
  await named.context.close();
});

test('where a map is under pressure an anonymous writer works for it', async () => {
  const item = await contribution('Sous pression');
  const { page, context, seen } = await enter(browser, null);
  await page.route(`**${mapPath}/challenge`, (route) => route.fulfill({ json: { needed: true, challenge: 'essai', bits: 14 } }));
  const proofs = [];
  await page.route('**/supports/mine', (route) => {
    const proof = route.request().headers()['jalon-proof'];
    if (proof === undefined) {
      return route.fulfill({ status: 429, contentType: 'application/problem+json', body: '{"status":429}' });
    }
    proofs.push(proof);
    return route.continue();
  });
  await open(page, item.id);
  await page.click('#support');
  await page.waitForSelector('#support[aria-pressed="true"]');
  assert.match(proofs[0], /^essai:\d+$/);
  const hash = createHash('sha256').update(proofs[0]).digest();
  assert.ok(hash.readUInt16BE(0) < 4, 'it begins with fourteen zero bits');
  assertClean(seen);
  await context.close();
});
