// SPDX-License-Identifier: AGPL-3.0-or-later
// Account, settings and members: what one does there arrives, and everybody can use them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertClean, base, get, launch, mapPath } from './browser.mjs';
import { checkPage, client, enter, NARROW, passwordOf, person, visit } from './community.mjs';

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
  await page.locator('#group-moderation .said').waitFor();
  const { body } = await client('boss')('GET', `${mapPath}/settings`);
  assert.deepEqual([body.moderation, body.trust_count], ['trust', 5]);
  await page.locator('#group-moderation select[name="moderation"]').selectOption('post');
  await page.locator('#group-moderation button[type="submit"]').click();
  await page.waitForFunction(async (path) => (await (await fetch(path)).json()).moderation === 'post', `${mapPath}/settings?f=json`);
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
  const row = page.locator('[data-member="ada"]');
  await row.locator('summary').click();
  await row.locator('select[name="role"]').selectOption('moderator');
  await row.locator('select[name="category"]').selectOption(categories[0].key);
  await row.locator('button[type="submit"]').click();
  await page.locator('[data-member="ada"] .facts', { hasText: categories[0].label.fr }).waitFor();
  assert.equal(await roleOf(), 'moderator');
  await page.locator('[data-member="ada"] summary').click();
  await page.locator('[data-member="ada"] button.danger').click();
  await page.waitForSelector('[data-member="ada"]', { state: 'detached' });
  assert.equal(await roleOf(), undefined);
  assertClean(seen);
  await context.close();
});

for (const [locale, device] of [['fr-FR', NARROW], ['en-GB', undefined]]) {
  test(`the pages are accessible in ${locale}`, async () => {
    const out = await enter(browser, null, { locale, ...(device ? { device } : {}) });
    for (const path of ['/account', '/account#sign_up', '/account#confirm=abc', '/account#password=abc', `${mapPath}/desk`]) {
      await out.page.goto('about:blank');
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
