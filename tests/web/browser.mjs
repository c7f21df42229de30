// SPDX-License-Identifier: AGPL-3.0-or-later
// What the tests of the page share: a browser, a page that is watched while it is used, and the
// program's own answers to compare with. JALON_URL is the program to test, with the demo map.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterEach } from 'node:test';
import { chromium } from 'playwright-core';

export const base = (process.env.JALON_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
export const mapPath = process.env.JALON_MAP ?? '/maps/montpellier';

// Drawing in software, because test machines have no graphics card; no name but this machine's.
const ARGS = [
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];
// For whatever is waited for: it comes when the machine comes to it. Only a failure takes this long.
export const PATIENCE_MS = 120000;
export const DESKTOP = { viewport: { width: 1280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

// A grey square of one pixel stands for every tile.
const TILE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGO4AwAA3gDdXeHJVgAAAABJRU5ErkJggg==',
  'base64',
);

export async function get(path) {
  const response = await fetch(base + path, { headers: { Accept: 'application/json, */*;q=0.5' } });
  assert.equal(response.status, 200, `GET ${path}`);
  return response.json();
}

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS, timeout: PATIENCE_MS });
}

/** Waits until `look` says yes; returns what it said. */
export async function eventually(what, look) {
  const end = Date.now() + PATIENCE_MS;
  for (let said = await look(); ; said = await look()) {
    if (said) {
      return said;
    }
    assert.ok(Date.now() < end, `${what}: not within ${PATIENCE_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// --- Pages that are watched ---

const CONSOLE_LINES = 20;
const FAILED_REQUESTS = 10;
const WORDS_SHOWN = 1500;
const WORDS_PATIENCE_MS = 10000;
const watched = new Map(); // the pages that are open, with what was seen of each

/** A page in a context of its own, and what goes wrong in it: `requests`, `violations` of the policy, `errors`. */
export async function newPage(browser, options) {
  // The map jumps instead of flying: nothing has to be waited for.
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const seen = { requests: [], violations: [], errors: [], console: [], failed: [] };
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('requestfailed', (request) => seen.failed.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`));
  page.on('response', (response) => {
    if (response.status() >= 400) {
      seen.failed.push(`${response.request().method()} ${response.url()}: ${response.status()}`);
    }
  });
  page.on('pageerror', (error) => seen.errors.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    seen.console.push(`${message.type()}: ${message.text()}`);
    if (/content security policy/i.test(message.text())) {
      seen.violations.push(message.text());
    }
  });
  watched.set(page, seen);
  page.on('close', () => watched.delete(page));
  return { page, context, seen };
}

/** What is on the page, in words; a page that hangs has none to say. */
function wordsOf(page) {
  return Promise.race([
    page.evaluate(() => document.body.innerText),
    new Promise((resolve) => setTimeout(resolve, WORDS_PATIENCE_MS, 'no answer')),
  ]).catch(String);
}

// A test closes what it opened when all went well: what is open yet belongs to one that failed.
afterEach(async () => {
  for (const [page, seen] of [...watched]) {
    const words = (await wordsOf(page)).replace(/\s*\n\s*/g, ' | ').slice(0, WORDS_SHOWN);
    console.log([
      `The page of the test that failed: ${page.url()}`, `  shows: ${words}`,
      ...seen.errors.map((each) => `  script: ${each}`),
      ...seen.console.slice(-CONSOLE_LINES).map((each) => `  console ${each}`),
      ...seen.failed.slice(-FAILED_REQUESTS).map((each) => `  request ${each}`),
    ].join('\n'));
    await page.context().close();
  }
});

/** As on a device that cannot draw: the list stands for the map. */
export function withoutWebgl(page) {
  return page.addInitScript(() => {
    const original = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...others) {
      return kind.startsWith('webgl') ? null : original.call(this, kind, ...others);
    };
  });
}

/**
 * Opens the page. `tiles`: "served", or "offline" for a base map that cannot be reached; `webgl`:
 * false for a device that cannot draw; `hash`: what is open.
 */
export async function open(browser, { device = DESKTOP, locale = 'fr-FR', tiles = 'served', webgl = true, hash = '', before, ...rest } = {}) {
  const { page, context, seen } = await newPage(browser, { ...device, locale, ...rest });
  await page.route((url) => url.origin !== base && url.protocol.startsWith('http'), (route) =>
    tiles === 'offline'
      ? route.abort('internetdisconnected')
      : route.fulfill({ contentType: 'image/png', headers: { 'Access-Control-Allow-Origin': '*' }, body: TILE }));
  if (!webgl) {
    await withoutWebgl(page);
  }
  await before?.(page);
  await page.goto(base + mapPath + hash);
  if (webgl) {
    await page.waitForSelector('#map[data-ready]', { state: 'attached' });
  }
  return { page, context, seen };
}

/** Nothing went wrong behind the page's back. */
export function assertClean(seen) {
  assert.deepEqual(seen.violations, [], 'the policy was violated');
  assert.deepEqual(seen.errors, [], 'scripts failed');
}

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
export async function tabTo(page, selector, most = 150) {
  for (let pressed = 0; pressed < most; pressed++) {
    const there = await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector);
    if (there) {
      return;
    }
    await page.keyboard.press('Tab');
  }
  assert.fail(`${selector} was not reached by ${most} presses of Tab`);
}

export function digits(text) {
  return Number(text.replace(/\D/g, ''));
}

export async function openTab(page, tab) {
  const button = page.locator(`#tab-${tab}`);
  if ((await button.getAttribute('aria-expanded')) !== 'true') {
    await button.click();
  }
  await page.waitForSelector(`#view .${tab}`);
}

/** Presses it if it is there yet: what the page does by itself in a while may have been done meanwhile. */
export function pressIfThere(page, selector) {
  return page.evaluate((wanted) => document.querySelector(wanted)?.click(), selector);
}

/** Waits until the list has been filled for the window. */
export async function listed(page) {
  await page.waitForSelector('.view.list[aria-busy="false"]');
  return page.locator('.view.list .items button');
}

/** A collection that people may add points to, with what the tests need to know about it. */
export async function pointCollection(wanted = () => true) {
  const { collections } = await get(`${mapPath}/collections?f=json`);
  for (const collection of collections) {
    if (collection.geometry_types.includes('Point')) {
      const schema = await get(`${mapPath}/collections/${collection.id}/schema`);
      if (wanted(schema, collection)) {
        return { collection, schema };
      }
    }
  }
  return assert.fail('the map has no such collection');
}

/** Sends a contribution, as another client does; returns it as the program has it. */
export async function post(collection, [lon, lat], properties) {
  const response = await fetch(`${base}${mapPath}/collections/${collection.id}/items`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/geo+json' },
    body: JSON.stringify({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  return response.json();
}

/** The address that opens the map with this place in its middle. */
export function placeHash([lon, lat], zoom = 17) {
  return `#@${zoom}/${lat}/${lon}`;
}

/** Waits until the map has drawn what it asked for. */
export async function drawn(page) {
  await page.waitForSelector('#map[aria-busy="false"]', { state: 'attached' });
}

/**
 * Points at the middle of the map, by "click" or "tap", until `look` says that it had an effect: what has
 * been fetched is drawn a while later.
 */
export async function pointAtMiddle(page, how, what, look) {
  const map = page.locator('#map');
  await drawn(page);
  await eventually(what, async () => {
    const { width, height } = await map.boundingBox();
    await map[how]({ position: { x: width / 2, y: height / 2 } });
    // It has been seen to when the next picture has been drawn.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    return look();
  });
}

/** The colour in the middle of the map, as "#rrggbb". */
export async function middleColour(page) {
  const { x, y, width, height } = await page.locator('#map').boundingBox();
  const shot = await page.screenshot({ clip: { x: Math.floor(x + width / 2), y: Math.floor(y + height / 2), width: 1, height: 1 } });
  return page.evaluate(async (bytes) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return `#${[...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map((each) => each.toString(16).padStart(2, '0')).join('')}`;
  }, [...shot]);
}

/** Waits until the middle of the map has, or (not) has not, this colour: drawing in software is slow. */
export async function waitForMiddle(page, colour, not = false) {
  await eventually(`the middle of the map is ${not ? 'not ' : ''}${colour}`, async () =>
    ((await middleColour(page)) === colour.toLowerCase()) !== not);
}

/** The requests for tiles among these addresses. */
export function tilesOf(requests) {
  return requests.filter((url) => url.includes('/tiles/WebMercatorQuad/')).map((url) => new URL(url));
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** axe-core finds nothing to complain about. */
export async function checkAccessible(page, where) {
  // Evaluated from outside, so the page's policy does not have to allow it.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
  });
  assert.deepEqual(found, [], where);
}
