// SPDX-License-Identifier: AGPL-3.0-or-later
// The pages that the program makes: valid, accessible, complete without scripts, in both languages,
// and nothing that somebody typed is more than text in them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { base, DESKTOP, get, launch, mapPath, newPage, PHONE, post } from './browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const validator = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y'],
  rules: {
    'doctype-style': 'off', // the shell's build writes it small
    'long-title': 'off', // titles are what people called their map
    'wcag/h37': 'error',
  },
});

let browser;
let pages;
before(async () => {
  browser = await launch();
  const { collections } = await get(`${mapPath}/collections?f=json`);
  const collection = `${mapPath}/collections/${collections[0].id}`;
  const { features } = await get(`${collection}/items?limit=1`);
  pages = {
    directory: '/maps', landing: mapPath, collections: `${mapPath}/collections`, collection,
    items: `${collection}/items?limit=5`, nothing: `${collection}/items?q=xyzxyzxyz`,
    item: `${collection}/items/${features[0].id}`, api: `${mapPath}/api`,
    conformance: `${mapPath}/conformance`, queryables: `${collection}/queryables`,
    schema: `${collection}/schema`, stats: `${mapPath}/stats`,
  };
});
after(() => browser.close());

/** `bare`: as a browser that runs no scripts has it. */
async function visit(path, { bare = false, ...options } = {}) {
  const { page, context, seen } = await newPage(browser, { locale: 'fr-FR', javaScriptEnabled: false, ...DESKTOP, ...options });
  if (bare) {
    const text = await (await fetchPage(path, 'fr')).text();
    await page.route(base + path, (route) => route.fulfill({
      contentType: 'text/html; charset=utf-8',
      body: text.replace(/<script type="module".*?<\/script>/, '').replace(/<\/?noscript>/g, ''),
    }));
  }
  const answer = await page.goto(base + path);
  assert.equal(answer.status(), 200, path);
  return { page, context, violations: seen.console };
}

/** Clicks what leads to another page, and waits for all of that. */
async function follow(page, link) {
  const loaded = page.waitForEvent('load');
  await link.click();
  await loaded;
}

function fetchPage(path, language) {
  return fetch(base + path, {
    headers: { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'Accept-Language': language },
  });
}

for (const language of ['fr', 'en']) {
  test(`every page is valid HTML in ${language}`, async () => {
    for (const [name, path] of Object.entries(pages)) {
      const answer = await fetchPage(path, language);
      assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8', name);
      assert.match(answer.headers.get('vary'), /Accept\b.*Accept-Language/, name);
      assert.match(answer.headers.get('content-security-policy'), /^default-src 'none'/, name);
      assert.doesNotMatch(answer.headers.get('content-security-policy'), /unsafe/, name);
      const text = await answer.text();
      assert.match(text, new RegExp(`<html lang="${language}">`), name);
      const { results } = await validator.validateString(text);
      const wrong = results.flatMap((each) => each.messages)
        // What the client alone shows is named by it.
        .filter(({ ruleId, selector }) => name !== 'landing' || !/#(map|panel|sources)$/.test(selector ?? '') || ruleId.startsWith('parser'))
        .map(({ ruleId, message, line }) => `${name}:${line} ${ruleId}: ${message}`);
      assert.deepEqual(wrong, []);
    }
  });
}

for (const [name, options] of [['phone', { ...PHONE, colorScheme: 'light' }], ['desktop', { ...DESKTOP, colorScheme: 'dark' }]]) {
  test(`every page is accessible on a ${name}, ${options.colorScheme}`, async () => {
    for (const [which, path] of Object.entries(pages)) {
      // Its timers need scripts, which these pages have none of; the map's page comes without its own.
      const { page, context, violations } = await visit(path, { ...options, javaScriptEnabled: true, bare: which === 'landing' });
      const details = await page.locator('details').all();
      for (const each of details.slice(0, 3)) {
        await each.locator('summary').first().click();
      }
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { violations: all } = await globalThis.axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        });
        return all.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
      });
      assert.deepEqual(found, [], which);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(content <= window, `${which}: ${content} pixels wide in ${window}`);
      assert.deepEqual(violations, [], which);
      await context.close();
    }
  });
}

test('no link of a page is broken', async () => {
  const seen = new Set();
  for (const path of Object.values(pages)) {
    const text = await (await fetchPage(path, 'fr')).text();
    for (const [, href] of text.matchAll(/<a [^>]*href="([^"#]+)["#]/g)) {
      seen.add(new URL(href.replaceAll('&amp;', '&'), base + path).href);
    }
  }
  const own = [...seen].filter((url) => url.startsWith(base));
  assert.ok(own.length > 40, `${own.length} links`);
  const broken = [];
  for (const url of own) {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    // What only its members may read is there all the same; the demo has agreed on no charter.
    if (answer.status !== 200 && answer.status !== 401 && !url.includes('/charter')) {
      broken.push(`${answer.status} ${url}`);
    }
  }
  assert.deepEqual(broken, []);
});

test('a list is filtered, paged and opened without scripts', async () => {
  const { page, context } = await visit(`${pages.collection}/items`);
  await page.locator('.filters > summary').click();
  await page.selectOption('#by-category', { index: 1 });
  await page.fill('#by-limit', '3');
  await follow(page, page.locator('button[type=submit]'));
  assert.match(page.url(), /category=/);
  const address = new URL(page.url());
  assert.deepEqual([...address.searchParams.values()].filter((value) => value === ''), [], 'nothing empty is asked for');
  assert.equal(await page.locator('tbody tr').count(), 3);
  const { numberMatched } = await get(`${address.pathname}${address.search.replace('f=html', 'f=json')}`);
  const [shown] = await page.locator('main strong').allInnerTexts();
  assert.equal(Number(shown.replace(/\D/g, '')), numberMatched);
  const first = await page.locator('tbody th').allInnerTexts();
  await follow(page, page.locator('.paging [rel=next]'));
  assert.notDeepEqual(await page.locator('tbody th').allInnerTexts(), first);
  await follow(page, page.locator('.paging a:not([rel])'));
  assert.deepEqual(await page.locator('tbody th').allInnerTexts(), first);
  const title = await page.locator('tbody th a').first().innerText();
  await follow(page, page.locator('tbody th a').first());
  assert.equal(await page.locator('h1').innerText(), title);
  await context.close();
});

test('an item says in words what its data says', async () => {
  const feature = await get(`${pages.item}?f=json`);
  for (const language of ['fr', 'en']) {
    const { page, context } = await visit(pages.item, { locale: language });
    const text = await page.locator('main').innerText();
    assert.ok(text.includes(feature.id));
    assert.ok(text.includes(feature.properties.source), 'its source');
    const [lon, lat] = feature.geometry.coordinates;
    for (const degrees of [lon, lat]) {
      assert.ok(text.includes(language === 'fr' ? String(degrees).replace('.', ',') : String(degrees)), `${degrees}`);
    }
    assert.ok((await page.locator('a[href*="#item/"]').getAttribute('href')).includes(feature.id));
    const data = JSON.parse(await page.locator('script[type="application/ld+json"]').textContent());
    assert.equal(data['@type'], 'Place');
    assert.deepEqual([data.geo.longitude, data.geo.latitude], [lon, lat]);
    await context.close();
  }
});

test('what somebody typed stays text', async () => {
  const { collections } = await get(`${mapPath}/collections?f=json`);
  const title = '</title><script>alert(1)</script><img src=x onerror=alert(2)>" autofocus onfocus=alert(3) x="';
  const description = 'javascript:alert(4) {item.title} {} {%} {{x}} </script><!--';
  const collection = collections.find((each) => each.geometry_types.includes('Point'));
  const { id } = await post(collection, [3.8777, 43.6109], { title, description });
  const path = `${mapPath}/collections/${collection.id}/items`;
  for (const where of [`${path}/${id}`, `${path}?q=alert`, `${path}?author=${encodeURIComponent('"><script>alert(5)</script>')}`]) {
    // With scripts, so that they would run.
    const { page, context, violations } = await visit(where, { javaScriptEnabled: true });
    page.on('dialog', () => violations.push('a script ran'));
    assert.deepEqual(violations, [], where);
    assert.equal(await page.locator('script:not([type="application/ld+json"]), img, [onerror], [onfocus], [autofocus]').count(), 0, where);
    const hrefs = await page.locator('a').evaluateAll((all) => all.map((each) => each.protocol));
    assert.deepEqual(hrefs.filter((each) => !/^(https?|mailto|tel):$/.test(each)), [], where);
    await context.close();
  }
  const { page, context } = await visit(`${path}/${id}`);
  assert.equal(await page.locator('h1').innerText(), title);
  assert.equal(await page.locator('main > p.lines').innerText(), description);
  assert.equal(JSON.parse(await page.locator('script').textContent()).name, title);
  await context.close();
});
