// SPDX-License-Identifier: AGPL-3.0-or-later
// The page's words: the same sentences in both languages, with the same blanks, and none unused.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const web = new URL('../../src/web/', import.meta.url);
const [fr, en] = await Promise.all(
  ['fr', 'en'].map(async (lang) => JSON.parse(await readFile(new URL(`locales/${lang}.json`, web), 'utf8'))));

test('both languages have the same sentences with the same blanks', () => {
  assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
  const blanks = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const key of Object.keys(fr)) {
    assert.deepEqual(blanks(en[key]), blanks(fr[key]), key);
    assert.notEqual(fr[key].trim(), '', key);
    assert.notEqual(en[key].trim(), '', key);
  }
});

test('every sentence is used', async () => {
  const names = (await readdir(web)).filter((name) => name.endsWith('.ts'));
  const sources = (await Promise.all(names.map((name) => readFile(new URL(name, web), 'utf8')))).join('\n');
  // Plurals are asked for by their base, tabs by a name that is put together.
  const unused = Object.keys(fr).filter((key) =>
    !sources.includes(`'${key.replace(/\.(one|other)$/, '')}'`) && !key.startsWith('tab.'));
  assert.deepEqual(unused, []);
});
