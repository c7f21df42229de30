// SPDX-License-Identifier: AGPL-3.0-or-later
// The API descriptions and the route table say the same: every row below a map is described once for
// each collection it is for, every other one by the server, with its parameters, and nothing else is.
// JALON is the program.
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

/** The rows of the table: method, path, operationId. */
function rows() {
  const row = /\{JALON_([A-Z]+),\s*"(\/[^"]*)",\s*\w+,\s*"([\w.]+)"/g;
  return [...tables.matchAll(row)].map(([, method, template, id]) => ({ method: method.toLowerCase(), template, id }));
}

/** "get /path operationId" of every operation of a description. */
const operations = ({ paths }) => Object.entries(paths).flatMap(([at, methods]) =>
  Object.entries(methods).filter(([method]) => method !== 'parameters')
    .map(([method, operation]) => `${method} ${at} ${operation.operationId}`)).sort();

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
  const expected = rows().filter(({ template }) => template.startsWith('/maps/{map}'))
    .map((row) => ({ ...row, template: row.template.slice('/maps/{map}'.length) || '/' }))
    .flatMap(({ method, template, id }) => (template.includes('{collection}')
      ? collections.map((c) => `${method} ${template.replace('{collection}', c)} ${c}.${id}`)
      : [`${method} ${template} ${id}`]));
  assert.deepEqual(operations(document), expected.sort());
});

test('what belongs to no map is described by the server', async () => {
  const expected = rows().filter(({ template }) => !template.startsWith('/maps/{map}'))
    .map(({ method, template, id }) => `${method} ${template} ${id}`);
  const described = await (await fetch(`http://127.0.0.1:${server.port}/api`)).json();
  assert.equal(described.servers[0].url, `http://127.0.0.1:${server.port}`);
  assert.deepEqual(operations(described), expected.sort());
  const { schema } = described.paths['/accounts'].post.requestBody.content['application/json'];
  assert.deepEqual(schema.required, ['name', 'email']);
  assert.deepEqual(schema.properties.password, { type: 'string' });
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
