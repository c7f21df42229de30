// SPDX-License-Identifier: AGPL-3.0-or-later
// The API description and the route table say the same: every row below a map is described once for
// each collection it is for, with its parameters, and nothing else is. JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const api = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../src/api');
const tables = fs.readdirSync(api).filter((name) => /^routes.*\.c$/.test(name))
  .map((name) => fs.readFileSync(path.join(api, name), 'utf8')).join('\n');
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-api-'));
let server;
let document;
let collections;
let token; // of who may all: it is not about rights here

/** The rows of the table that are below a map: method, path, operationId. */
function rows() {
  const row = /\{JALON_([A-Z]+),\s*"(\/maps\/\{map\}[^"]*)",\s*\w+,\s*"([\w.]+)"/g;
  return [...tables.matchAll(row)].map(([, method, template, id]) => ({
    method: method.toLowerCase(),
    template: template.slice('/maps/{map}'.length) || '/',
    id,
  }));
}

before(async () => {
  execFileSync(jalon, ['map', 'create', 'test', '--template', 'cartomobilite', '--data', data]);
  execFileSync(jalon, ['account', 'create', 'root', '--operator', '--data', data]);
  token = execFileSync(jalon, ['account', 'token', 'root', '--data', data], { stdio: ['ignore', 'pipe', 'ignore'] })
    .toString().trim();
  server = await serve(jalon, data);
  const map = `http://127.0.0.1:${server.port}/maps/test`;
  document = await (await fetch(`${map}/api`)).json();
  collections = (await (await fetch(`${map}/collections`)).json()).collections.map((c) => c.id);
});

after(async () => {
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

test('the description holds the rows of the table and no others', () => {
  assert.ok(rows().length >= 10, 'the table was not understood');
  const expected = rows().flatMap(({ method, template, id }) => (template.includes('{collection}')
    ? collections.map((c) => `${method} ${template.replace('{collection}', c)} ${c}.${id}`)
    : [`${method} ${template} ${id}`]));
  const described = Object.entries(document.paths).flatMap(([at, methods]) =>
    Object.entries(methods).filter(([method]) => method !== 'parameters')
      .map(([method, operation]) => `${method} ${at} ${operation.operationId}`));
  assert.deepEqual(described.sort(), expected.sort());
});

test('a parameter that is described is understood, any other is refused', async () => {
  for (const [at, { get }] of Object.entries(document.paths)) {
    if (!get || at.includes('{')) continue;
    const names = get.parameters.filter((one) => one.in === 'query').map((one) => one.name);
    assert.equal(new Set(names).size, names.length, at);
    const url = document.servers[0].url + (at === '/' ? '' : at);
    const answer = await fetch(`${url}?unheard_of=1`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 400, at);
    const told = (await answer.json()).errors[0];
    assert.equal(told.parameter, 'unheard_of', at);
    for (const name of names) assert.match(told.reason, new RegExp(`\\b${name}\\b`), at);
  }
});
