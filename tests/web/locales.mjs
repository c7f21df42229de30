// SPDX-License-Identifier: AGPL-3.0-or-later
// The words of the client and of the pages that the program makes: the same sentences in both
// languages, with the same blanks, and none unused.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const web = new URL('../../src/web/', import.meta.url);
const api = new URL('../../src/api/', import.meta.url);

async function read(file) {
  return JSON.parse(await readFile(file, 'utf8'));
}

/** The client's words come in parts, "desk.fr.json"; no sentence is in two of them. */
async function readParts(lang) {
  const names = (await readdir(new URL('locales/', web))).filter((name) => name.endsWith(`.${lang}.json`));
  const parts = await Promise.all(names.map((name) => read(new URL(`locales/${name}`, web))));
  const all = Object.assign({}, ...parts);
  assert.equal(Object.keys(all).length, parts.reduce((sum, part) => sum + Object.keys(part).length, 0));
  return all;
}

const [fr, en] = [await readParts('fr'), await readParts('en')];
const [{ english, ...pagesFr }, { english: none, ...pagesEn }] =
  [await read(new URL('words/fr.json', api)), await read(new URL('words/en.json', api))];

async function sources(folder, suffix) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix));
  return (await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')))).join('\n');
}

function compare(french, other) {
  assert.deepEqual(Object.keys(french).sort(), Object.keys(other).sort());
  const blanks = (text) => (text.match(/\{\w*\}/g) ?? []).sort();
  for (const key of Object.keys(french)) {
    assert.deepEqual(blanks(other[key]), blanks(french[key]), key);
    assert.notEqual(french[key].trim(), '', key);
    assert.notEqual(other[key].trim(), '', key);
  }
}

test('both languages have the same sentences with the same blanks', () => {
  compare(fr, en);
  compare(pagesFr, pagesEn);
  assert.deepEqual(none, {}, 'English needs no translation');
});

test('every sentence of the pages is there and used', async () => {
  const text = await sources(api, '.c');
  const asked = new Set([...text.matchAll(/[{"]([a-z]+\.\w+)[}"]/g)].map(([, key]) => key));
  // The labels of a form's inputs are found by the names of these.
  const unused = Object.keys(pagesFr).filter((key) => !asked.has(key) && !/^filter\.[a-z]+$/.test(key));
  assert.deepEqual(unused, []);
  const missing = [...text.matchAll(/\{([a-z]+\.\w+)\}/g)].map(([, key]) => key).filter((key) => !(key in pagesFr));
  assert.deepEqual(missing, []);
});

test('every English sentence with a translation is said', async () => {
  // Literals that are cut into lines are put together again.
  const text = (await sources(api, '.c')).replace(/"\s*\n\s*"/g, '');
  assert.deepEqual(Object.keys(english).filter((sentence) => !text.includes(`"${sentence}"`)), []);
});

test('every sentence is used', async () => {
  const text = await sources(web, '.ts') + await sources(new URL('community/', web), '.ts');
  // Plurals are asked for by their base, some sentences by a name that is put together: `tab.${tab}`.
  const prefixes = [...text.matchAll(/`([a-z_]+\.[a-z_.]*)\$\{/g)].map(([, prefix]) => prefix);
  const unused = Object.keys(fr).filter((key) =>
    !text.includes(`'${key.replace(/\.(one|other)$/, '')}'`) && !prefixes.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unused, []);
});
