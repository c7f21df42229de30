// SPDX-License-Identifier: AGPL-3.0-or-later
// Account, settings and members: what one does there arrives, and everybody can use them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertClean, base, eventually, get, launch, mapPath, pointCollection } from './browser.mjs';
import { assertUsedUp, checkPage, client, enter, mailedLink, NARROW, openLink, passwordOf, person, visit } from './community.mjs';

let browser;
before(async () => {
  browser = await launch();
  person('ada');
  person('boss', 'admin');
  person('mod', 'moderator');
});
after(() => browser.close());

test('somebody signs in where the map sent them, and out again', async () => {
  const { page, context, seen } = await enter(browser, null);
  await visit(page, `${mapPath}/members`);
  // Nobody sees members without an account; the page says so and brings one back.
  await page.click('#page a[href="/account"]');
  await page.waitForSelector('#sign-in');
  await page.fill('#sign-in input[name="account"]', 'ada');
  await page.fill('#sign-in input[name="password"]', 'not the one');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#sign-in .summary-errors');
  assert.equal(await page.inputValue('#sign-in input[name="account"]'), 'ada', 'nothing typed is lost');
  await page.fill('#sign-in input[name="password"]', passwordOf('ada'));
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}${mapPath}/members`);
  await page.waitForSelector('.me:has-text("ada")');
  await visit(page, '/account');
  await page.click('#sign-out');
  await page.waitForSelector('#sign-in');
  assert.equal((await context.request.get(`${base}/sessions/current`)).status(), 401);
  assertClean(seen);
  await context.close();
});

test('an admin changes settings, and what is wrong is said beside the field', async () => {
  const { page, context, seen } = await enter(browser, 'boss');
  await visit(page, `${mapPath}/settings`);
  const group = page.locator('#group-moderation');
  await group.locator('select[name="moderation"]').selectOption('trust');
  await group.locator('input[name="trust_count"]').fill('beaucoup');
  await group.locator('button[type="submit"]').click();
  await group.locator('.field.invalid').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'trust_count');
  await group.locator('input[name="trust_count"]').fill('5');
  await group.locator('button[type="submit"]').click();
  await page.locator('#group-moderation .said:not(:empty)').waitFor();
  const { body } = await client('boss')('GET', `${mapPath}/settings`);
  assert.deepEqual([body.moderation, body.trust_count], ['trust', 5]);
  await page.locator('#group-moderation select[name="moderation"]').selectOption('post');
  await page.locator('#group-moderation button[type="submit"]').click();
  await eventually('what is published at once', async () =>
    (await client('boss')('GET', `${mapPath}/settings`)).body.moderation === 'post');
  assertClean(seen);
  await context.close();
});

test('every setting is on the page and arrives as it was put; each charter can still be read', async () => {
  const { page, context, seen } = await enter(browser, 'boss');
  const boss = client('boss');
  const { body: { charter, ...before } } = await boss('GET', `${mapPath}/settings`);
  await visit(page, `${mapPath}/settings`);
  const wanted = {};
  for (const [key, value] of Object.entries(before)) {
    const input = page.locator(`#page [name="${key}"]`);
    assert.equal(await input.count(), 1, `${key} is on the page`);
    const kind = await input.evaluate((each) => each.type);
    if (kind === 'select-one') {
      wanted[key] = await input.evaluate((each) => [...each.options].map((option) => option.value).find((option) => option !== each.value));
      await input.selectOption(wanted[key]);
    } else if (kind === 'checkbox') {
      wanted[key] = !value;
      await input.setChecked(wanted[key]);
    } else {
      wanted[key] = Array.isArray(value) ? ['etalab-2.0', 'ODbL-1.0'] : typeof value === 'number' ? value + 1 : `${value} autrement`;
      await input.fill(Array.isArray(wanted[key]) ? wanted[key].join('\n') : String(wanted[key]));
    }
  }
  wanted.licence = 'ODbL-1.0';
  await page.fill('#page [name="licence"]', wanted.licence);
  // Each group is sent by itself, and leaves alone what is typed in the others.
  for (const group of await page.$$eval('#page .card[id]:not(#group-charter)', (all) => all.map((each) => each.id))) {
    await page.click(`#${group} button[type="submit"]`);
    await page.locator(`#${group} .said:not(:empty)`).waitFor();
  }
  assert.deepEqual((await boss('GET', `${mapPath}/settings`)).body, { ...wanted, charter });
  // What the program refuses is said at its field.
  await page.fill('[name="location_grid_m"]', '99999999');
  await page.click('#group-reading button[type="submit"]');
  await page.locator('#group-reading .field.invalid [name="location_grid_m"]').waitFor();
  const restored = await boss('PATCH', `${mapPath}/settings`, before, { 'Content-Type': 'application/merge-patch+json' });
  assert.equal(restored.status, 200, JSON.stringify(restored.body));

  const [first, second] = [charter + 1, charter + 2];
  for (const version of [first, second]) {
    await page.fill('#group-charter [name="fr"]', `Charte ${version}`);
    await page.fill('#group-charter [name="en"]', `Charter ${version}`);
    await page.click('#group-charter button[type="submit"]');
    await page.locator(`#group-charter [data-version="${version}"]`).waitFor();
  }
  assert.deepEqual((await boss('GET', `${mapPath}/charter`)).body.text, { fr: `Charte ${second}`, en: `Charter ${second}` });
  // The same text again is no new version.
  await page.click('#group-charter button[type="submit"]');
  await page.click(`[data-version="${first}"] summary`);
  await page.locator(`[data-version="${first}"] [lang="en"]`, { hasText: `Charter ${first}` }).waitFor();
  await checkPage(page, 'settings, a charter');
  assert.equal((await boss('GET', `${mapPath}/charter`)).body.version, second);
  assertClean(seen);
  await context.close();
});

test('an admin gives a role, changes it and takes it away', async () => {
  const { page, context, seen } = await enter(browser, 'boss');
  const roleOf = async () => (await client('boss')('GET', `${mapPath}/members`)).body.items.find(({ name }) => name === 'ada')?.role;
  await visit(page, `${mapPath}/members`);
  await page.fill('#add-member input[name="name"]', 'nobody-of-that-name');
  await page.click('#add-member button[type="submit"]');
  await page.waitForSelector('#add-member .summary-errors');
  await page.fill('#add-member input[name="name"]', 'ada');
  await page.click('#add-member button[type="submit"]');
  await page.waitForSelector('[data-member="ada"]');
  assert.equal(await roleOf(), 'member');
  const { categories } = await get(`${mapPath}?f=json`);
  const { features: [{ properties: territory }] } = await get(`${mapPath}/territories?f=json`);
  const below = categories.find(({ parent }) => parent);
  const above = categories.find(({ key }) => key === below.parent);
  const other = categories.find(({ key, parent }) => !parent && key !== above.key);
  const row = page.locator('[data-member="ada"]');
  const box = (key) => row.locator(`input[type="checkbox"][value="${key}"]`);
  const open = async () => {
    await row.locator('summary').click();
    await row.locator('select[name="role"]').waitFor();
  };
  const save = async (expected) => {
    await row.locator('button[type="submit"]').click();
    await page.locator('[data-member="ada"] .facts', { hasText: expected }).waitFor();
    await page.locator('[data-member="ada"] details:not([open])').waitFor({ state: 'attached' });
    const { name, role, categories: bound, territory: within } = (await client('boss')('GET', `${mapPath}/members`)).body.items
      .find((each) => each.name === 'ada');
    return { name, role, bound, within };
  };
  await open();
  assert.equal(await box(other.key).isVisible(), false, 'only moderators have bounds');
  await row.locator('select[name="role"]').selectOption('moderator');
  await box(other.key).check();
  await row.locator('.node', { has: page.locator(`> .check > input[value="${above.key}"]`) }).locator('.expand').click();
  await box(below.key).check();
  await row.locator('select[name="territory"]').selectOption(String(territory.key));
  await checkPage(page, 'bounds');
  const bounded = await save(territory.name);
  assert.deepEqual({ ...bounded, bound: bounded.bound.sort() },
    { name: 'ada', role: 'moderator', bound: [other.key, below.key].sort(), within: String(territory.key) });
  for (const { label } of [other, below]) {
    assert.ok((await row.locator('.facts').innerText()).includes(label.fr), label.fr);
  }
  // Changed later: the tree is open where something is ticked.
  await open();
  assert.equal(await box(below.key).isVisible(), true);
  await box(other.key).uncheck();
  await row.locator('select[name="territory"]').selectOption('');
  assert.deepEqual(await save(below.label.fr), { name: 'ada', role: 'moderator', bound: [below.key], within: undefined });
  await page.locator('[data-member="ada"] summary').click();
  await page.locator('[data-member="ada"] button.danger').click();
  await page.waitForSelector('[data-member="ada"]', { state: 'detached' });
  assert.equal(await roleOf(), undefined);
  assertClean(seen);
  await context.close();
});

test('somebody signs up, confirms the address by the mailed link, and shows a profile', async () => {
  const { page, context, seen } = await enter(browser, null);
  await visit(page, '/account#sign_up');
  await page.fill('#sign-up input[name="name"]', 'carole');
  await page.fill('#sign-up input[name="email"]', 'carole@example');
  await page.click('#sign-up button[type="submit"]');
  await page.waitForSelector('#sign-up .field.invalid');
  await page.fill('#sign-up input[name="email"]', 'carole@example.org');
  await page.fill('#sign-up input[name="password"]', passwordOf('carole'));
  await page.click('#sign-up button[type="submit"]');
  await page.waitForSelector('#sign-up .said');
  const link = await mailedLink('carole@example.org', 'confirm');
  await openLink(page, link);
  await page.click('#landing button[type="submit"]');
  await page.waitForSelector('#sign-out');
  await page.goto(`${base}/account#profile`);
  await page.fill('textarea[name="about"]', 'Je cartographie les fontaines.');
  await page.locator('#page .card').first().locator('button[type="submit"]').click();
  await page.waitForSelector('#page .said');
  await visit(page, '/accounts/carole');
  assert.match(await page.innerText('#profile'), /fontaines/);
  await checkPage(page, 'profile');
  await assertUsedUp(page, link);
  assertClean(seen);
  await context.close();
});

test('somebody comes in by a mailed link alone, once', async () => {
  person('lea');
  const { page, context, seen } = await enter(browser, null, { device: NARROW, locale: 'en-GB' });
  await visit(page, '/account');
  await page.fill('#by-mail input[name="email"]', 'lea@example.org');
  await page.click('#by-mail button[type="submit"]');
  await page.waitForSelector('#by-mail .said');
  const link = await mailedLink('lea@example.org', 'sign_in');
  await openLink(page, link);
  assert.equal((await context.request.get(`${base}/sessions/current`)).status(), 401, 'opening it uses nothing up');
  await checkPage(page, 'a link to sign in');
  await page.click('#landing button[type="submit"]');
  await page.waitForSelector('.me:has-text("lea")');
  assert.equal((await (await context.request.get(`${base}/sessions/current`)).json()).account, 'lea');
  await page.click('#sign-out');
  await page.waitForSelector('#sign-in');
  await assertUsedUp(page, link);
  assertClean(seen);
  await context.close();
});

for (const [choice, left, device, locale] of [['anonymise', /^erased-/, NARROW, 'fr-FR'], ['remove', /^$/, undefined, 'en-GB']]) {
  test(`an account ends, and its name is nowhere any more (${choice})`, async () => {
    const name = person(`zoe-${choice}`);
    const [zoe, ada] = [client(name), client('ada')];
    const { collection } = await pointCollection();
    const items = `${mapPath}/collections/${collection.id}/items`;
    const add = async (who, title, lat) => (await who('POST', items, {
      type: 'Feature', geometry: { type: 'Point', coordinates: [choice === 'remove' ? 3.83 : 3.84, lat] }, properties: { title },
    }, { 'Content-Type': 'application/geo+json' })).body.id;
    const [own, other] = [await add(zoe, 'Une fontaine', 43.58), await add(ada, 'Un autre banc', 43.6)];
    const patch = { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' };
    assert.equal((await zoe('PATCH', `${items}/${own}`, { properties: { title: 'La fontaine' } }, patch)).status, 200);
    assert.equal((await zoe('POST', `${items}/${other}/comments`, { kind: 'question', text: 'Est-il à l’ombre ?' })).status, 201);
    const { page, context, seen } = await enter(browser, name, { locale, webgl: false, ...(device ? { device } : {}) });
    await visit(page, '/account#data');
    await checkPage(page, 'my data');
    const form = page.locator('.danger form');
    await form.locator('select').selectOption(choice);
    await form.locator('input[name="name"]').fill('zoe');
    await form.locator('button[type="submit"]').click();
    await form.locator('.field.invalid').waitFor();
    assert.equal((await zoe('GET', '/accounts/me')).status, 200, 'another name ends nothing');
    await form.locator('input[name="name"]').fill(name);
    await form.locator('button[type="submit"]').click();
    await page.waitForSelector('#sign-in');
    await page.waitForSelector('#page .said:focus');
    assert.doesNotMatch(await page.innerText('body'), new RegExp(name));
    // Neither session, token nor password opens anything.
    assert.equal((await context.request.get(`${base}/sessions/current`)).status(), 401);
    assert.equal((await zoe('GET', '/accounts/me')).status, 401);
    assert.equal((await context.request.post(`${base}/sessions`, { headers: { Origin: base }, data: { account: name, password: passwordOf(name) } })).status(), 401);
    // What was contributed stays, with its history, under no name of theirs.
    const { status, body } = await client()('GET', `${items}/${own}`);
    assert.deepEqual([status, body.properties.title], [200, 'La fontaine']);
    assert.match(body.properties.author ?? '', left);
    for (const path of [`${items}/${own}`, `${items}/${own}/revisions`, `${items}/${other}/comments`, `${items}?author=${name}&f=json`]) {
      for (const who of [client(), client('boss')]) {
        // A list names itself in its links.
        const { items: rows, features, properties } = (await who('GET', path)).body;
        assert.doesNotMatch(JSON.stringify(rows ?? features ?? properties), new RegExp(name), path);
      }
    }
    assert.equal((await client()('GET', `/accounts/${name}`)).status, 404);
    assert.equal((await client()('GET', `${items}/${other}/comments`)).body.items.length, 1, 'what was said stays');
    await page.goto(`${base}${mapPath}#history/${collection.id}/${own}`);
    await page.waitForSelector('[data-version="1"]');
    assert.doesNotMatch(await page.innerText('#view'), new RegExp(name));
    assertClean(seen);
    await context.close();
  });
}

test('a forgotten password is replaced by a mailed link', async () => {
  person('denis');
  const { page, context } = await enter(browser, null);
  await visit(page, '/account');
  await page.fill('#by-mail input[name="email"]', 'denis@example.org');
  await page.selectOption('#by-mail select', 'password');
  await page.click('#by-mail button[type="submit"]');
  await page.waitForSelector('#by-mail .said');
  await openLink(page, await mailedLink('denis@example.org', 'password'));
  await page.fill('#landing input[type="password"]', 'une nouvelle phrase');
  await page.click('#landing button[type="submit"]');
  await page.waitForSelector('#sign-out');
  const again = await context.request.post(`${base}/sessions`, { headers: { Origin: base }, data: { account: 'denis', password: 'une nouvelle phrase' } });
  assert.equal(again.status(), 201);
  await context.close();
});

test('an author reads what was decided, in contributions and news, and makes a token', async () => {
  const { collection } = await pointCollection();
  const { body: item } = await client('ada')('POST', `${mapPath}/collections/${collection.id}/items`, {
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.81, 43.57] }, properties: { title: 'Ma contribution' },
  }, { 'Content-Type': 'application/geo+json' });
  const decided = await client('mod')('POST', `${mapPath}/moderation/${item.id}`, { decision: 'reject', reason: 'Pas assez précis' });
  assert.equal(decided.status, 200, JSON.stringify(decided.body));
  const { page, context, seen } = await enter(browser, 'ada');
  await visit(page, '/account');
  const row = page.locator(`[data-item="${item.id}"]`);
  await row.locator('text=Pas assez précis').waitFor();
  await row.locator('summary').click();
  await row.locator('textarea').fill('J’ai déplacé le point');
  await row.locator('button[type="submit"]').click();
  await row.locator('.said').waitFor();
  await page.goto(`${base}/account#notifications`);
  await page.waitForSelector('.unseen[data-kind="decision"]');
  await checkPage(page, 'news');
  await page.click('#all-seen');
  await page.waitForSelector('[data-kind="decision"]:not(.unseen)');
  await page.goto(`${base}/account#tokens`);
  await page.fill('#page input[name="name"]', 'QGIS');
  await page.selectOption('#page select[name="scope"]', 'write');
  await page.locator('#page form button[type="submit"]').click();
  const token = await page.innerText('#new-token');
  const me = await fetch(`${base}${mapPath}/me`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await me.json()).account, 'ada');
  await checkPage(page, 'tokens');
  await page.locator('[data-token]', { hasText: 'QGIS' }).locator('button').click();
  await page.locator('[data-token]', { hasText: 'QGIS' }).waitFor({ state: 'detached' });
  assert.equal((await fetch(`${base}${mapPath}/me`, { headers: { Authorization: `Bearer ${token}` } })).status, 401);
  assertClean(seen);
  await context.close();
});

for (const [locale, device] of [['fr-FR', NARROW], ['en-GB', undefined]]) {
  test(`the pages are accessible in ${locale}`, async () => {
    const out = await enter(browser, null, { locale, ...(device ? { device } : {}) });
    for (const path of ['/account', '/account#sign_up', '/account#confirm=abc', '/account#password=abc', `${mapPath}/desk`]) {
      await visit(out.page, path);
      await checkPage(out.page, `${path}, signed out`);
    }
    await out.context.close();
    const { page, context } = await enter(browser, 'boss', { locale, ...(device ? { device } : {}) });
    for (const path of [`${mapPath}/settings`, `${mapPath}/members`]) {
      await visit(page, path);
      await checkPage(page, path);
    }
    await context.close();
  });
}
