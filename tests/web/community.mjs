// SPDX-License-Identifier: AGPL-3.0-or-later
// What the tests of the community's pages share: people with accounts and roles, signed in in a browser
// or as a program, and the check that a page is fit for everybody.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { base, checkAccessible, DESKTOP, eventually, mapPath, newPage, withoutWebgl } from './browser.mjs';

const map = mapPath.split('/').pop();
export const NARROW = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };

export function jalon(args, input) {
  const run = spawnSync(process.env.JALON_BIN, [...args, '--data', process.env.JALON_DATA], { encoding: 'utf8', input });
  assert.equal(run.status, 0, `jalon ${args.join(' ')}: ${run.error ?? run.signal ?? ''} ${run.stderr}`);
  return run.stdout.trim();
}

export function passwordOf(name) {
  return `correct horse ${name}`;
}

/** Makes an account, with a role in the map when one is given. */
export function person(name, role) {
  jalon(['account', 'create', name, '--email', `${name}@example.org`, '--password-file', '-'], `${passwordOf(name)}\n`);
  if (role) {
    jalon(['member', map, name, role]);
  }
  return name;
}

/** Requests as a program that has a token of this account; of nobody without a name. */
export function client(name) {
  const token = name && jalon(['account', 'token', name]).split(/\s+/).pop();
  return async (method, path, body, headers = {}) => {
    const response = await fetch(base + path, {
      method,
      headers: {
        Accept: 'application/json, */*;q=0.5', ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
}

/** Settings of the map, by an admin's requests: whoever asks next is answered by them. */
export async function setMap(admin, settings) {
  const { status, body } = await admin('PATCH', `${mapPath}/settings`, settings,
    { 'Content-Type': 'application/merge-patch+json' });
  assert.equal(status, 200, JSON.stringify(body));
}

/** A browser window in which `name` is signed in; nobody without a name. `webgl`: see `open`. */
export async function enter(browser, name, { device = DESKTOP, locale = 'fr-FR', webgl = true } = {}) {
  const { page, context, seen } = await newPage(browser, { locale, ...device });
  if (name) {
    const response = await context.request.post(`${base}/sessions`, {
      headers: { Origin: base }, data: { account: name, password: passwordOf(name) },
    });
    assert.equal(response.status(), 201, await response.text());
  }
  if (!webgl) {
    await withoutWebgl(page);
  }
  return { page, context, seen };
}

/** Opens one of the community's pages and waits until it is drawn. */
export async function visit(page, path) {
  await page.goto('about:blank'); // what is open may be another part of the same page
  await page.goto(base + path);
  await page.waitForSelector('#page[data-ready="true"]:not([aria-busy])');
}

/** axe-core is content in both languages, and nothing has to be scrolled sideways on a small phone. */
export async function checkPage(page, where) {
  await checkAccessible(page, where);
  const { content, window } = await page.evaluate(() => ({ content: document.documentElement.scrollWidth, window: innerWidth }));
  assert.ok(content <= window, `${where}: ${content} pixels wide in ${window}`);
}

/** The link in the newest mail to this address whose fragment begins like this: "confirm". */
export function mailedLink(address, purpose) {
  return eventually(`a mail to ${address} with a link to ${purpose}`, async () => {
    const written = await readFile(process.env.JALON_MAILS, 'utf8').catch(() => '');
    // The last line may be half written.
    const mails = written.split('\n').slice(0, -1).map((line) => JSON.parse(line));
    const text = mails.filter(({ to }) => to.includes(address)).map((mail) => mail.text).reverse()
      .find((each) => each.includes(`/account#${purpose}=`));
    return text?.match(new RegExp(`\\S+/account#${purpose}=\\S+`))[0];
  });
}

/** Opens a mailed link as a mail program does. Nothing is used up before somebody presses the button. */
export async function openLink(page, link) {
  await page.goto('about:blank');
  await page.goto(link);
  await page.waitForSelector('#landing button[type="submit"]');
  assert.equal(new URL(page.url()).hash, '', 'the token leaves the address');
}

/** Once used, the link opens nothing more. */
export async function assertUsedUp(page, link) {
  await openLink(page, link);
  await page.click('#landing button[type="submit"]');
  await page.waitForSelector('#landing .summary-errors');
}
