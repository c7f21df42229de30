// SPDX-License-Identifier: AGPL-3.0-or-later
// Pairs of requests that nobody may tell apart, and a server that answers them: what is there and not
// for whoever asks, beside what never was. alike.test.mjs compares what is answered and what it took;
// timing.mjs measures how long it took.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const PLACE = [3.8765432, 43.6123456];
const GRID_M = 1000;
const PASSWORD = 'a password of the probe';
const NEVER = '0190f3c2-0000-7000-8000-000000000000';
const TYPES = { PATCH: 'application/merge-patch+json' };

/** A server with its data, and `ask`: sends a request on one connection that stays open. */
export async function open(jalon, data, options = []) {
  const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
  const template = path.join(here, '../http/fixtures/audience.template');
  for (const map of ['open', 'coarse', 'closed', 'pre']) {
    run('map', 'create', map, '--template', template);
  }
  run('map', 'set', 'coarse', `location_grid_m=${GRID_M}`);
  run('map', 'set', 'closed', 'reading=members');
  run('map', 'set', 'pre', 'moderation=pre');
  const tokens = {};
  for (const name of ['ada', 'mem', 'mod']) {
    run('account', 'create', name);
    tokens[name] = /(\S{20,})\s*$/.exec(run('account', 'token', name))[1];
  }
  run('account', 'create', 'cara', '--email', 'cara@example.org');
  for (const map of ['open', 'coarse', 'closed', 'pre']) {
    run('member', map, 'mem', 'member');
    run('member', map, 'mod', 'moderator');
  }
  const server = await serve(jalon, data, options);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (request) => send(agent, server.port, tokens, request);
  return { ask, tokens, close: () => { agent.destroy(); return stop(server); } };
}

function send(agent, port, tokens, { method = 'GET', path: target, as, body, type, headers = {} }) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = { ...headers };
  if (as) all.Authorization = `Bearer ${tokens[as] ?? as}`;
  if (text !== undefined) {
    all['Content-Type'] = type ?? TYPES[method] ?? 'application/json';
    all['Content-Length'] = Buffer.byteLength(text);
  }
  return new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    const request = http.request({ agent, host: '127.0.0.1', port, method, path: target, headers: all }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => resolve({
        status: answer.statusCode,
        headers: answer.headers,
        text: Buffer.concat(pieces).toString(),
        took_us: Number(process.hrtime.bigint() - begun) / 1000,
      }));
    });
    request.on('error', reject);
    request.end(text);
  });
}

const items = (map, collection = 'spots') => `/maps/${map}/collections/${collection}/items`;

async function add(ask, map, collection, as, properties, extra = {}, geometry = { type: 'Point', coordinates: PLACE }) {
  const made = await ask({ method: 'POST', path: items(map, collection), as, type: 'application/geo+json',
    body: { type: 'Feature', geometry, properties, ...extra } });
  assert.ok(made.status === 201 || made.status === 202, made.text);
  return JSON.parse(made.text);
}

async function decide(ask, map, id, decision) {
  const done = await ask({ method: 'POST', path: `/maps/${map}/moderation/${id}`, as: 'mod', body: { decision, reason: 'of the probe' } });
  assert.equal(done.status, 200, done.text);
}

/** Contributions in every state that an outsider does not see. */
async function makeThings(ask) {
  const wide = { size: 3, description: 'w'.repeat(4000), keys_at: 'x'.repeat(250), weight: 424242, categories: ['culture'] };
  const things = {};
  const pending = async (title, as = 'mem', extra = {}) =>
    add(ask, 'pre', 'spots', as, { title, ...(as ? wide : { size: 1 }) }, extra, { type: 'Point', coordinates: [3.8 + Math.random() / 10, 43.6] });
  things.pending = (await pending('Pending')).id;
  things.rejected = (await pending('Rejected')).id;
  await decide(ask, 'pre', things.rejected, 'reject');
  things.hidden = (await pending('Hidden')).id;
  await decide(ask, 'pre', things.hidden, 'approve');
  await decide(ask, 'pre', things.hidden, 'hide');
  const anonymous = await pending('Anonymous', null, { contact_email: 'left@example.org' });
  things.unseen = anonymous.id;
  const published = await add(ask, 'open', 'spots', undefined, { title: 'Fontaine', size: 1 }, { contact_email: 'left@example.org' });
  Object.assign(things, { published: published.id, secret: published.edit_secret });
  things.club = (await add(ask, 'open', 'club', 'mem', { title: 'Belladone', size: 1 })).id;
  things.closed = (await add(ask, 'closed', 'spots', 'mem', { title: 'Ferme', ...wide })).id;
  things.coarse = (await add(ask, 'coarse', 'spots', 'mem', { title: 'Vague', size: 2 })).id;
  await add(ask, 'open', 'spots', 'mem', { title: 'Pesée', weight: 424242 }, {}, { type: 'Point', coordinates: [3.81, 43.55] });
  const late = await ask({ method: 'POST', path: '/accounts', body: account('newcomer', 'newcomer@example.org') });
  assert.equal(late.status, 202, late.text);
  return things;
}

const account = (name, email) => ({ name, kind: 'person', email, password: PASSWORD, language: 'fr' });
const feature = (properties) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: PLACE }, properties });

/** What may be asked of a contribution; `id` ends its address. */
const deeds = [
  ['GET', ''], ['HEAD', ''], ['OPTIONS', ''], ['GET', '?f=html'], ['GET', '/revisions'], ['GET', '/revisions/1'],
  ['GET', '/comments'], ['GET', '/confirmations'], ['GET', '/supports'], ['GET', '/links'], ['GET', '/claims'],
  ['GET', '/proposals'], ['GET', `/proposals/${NEVER}`], ['GET', '/moderation'], ['GET', '/reports'],
  ['PUT', '', feature({ title: 'Z' }), { 'If-Match': '"1.0-0"' }], ['PATCH', '', { properties: { title: 'Z' } }, { 'If-Match': '"1.0-0"' }],
  ['DELETE', '', undefined, { 'If-Match': '"1.0-0"' }],
  ['POST', '/comments', { kind: 'information', text: 'Oui' }], ['POST', '/confirmations', { still: true }],
  ['PATCH', `/comments/${NEVER}`, { text: 'Non' }], ['DELETE', `/comments/${NEVER}`],
  ['PUT', '/supports/mine'], ['DELETE', '/supports/mine'], ['POST', '/status', { status: 'open', reason: 'x' }],
  ['POST', '/claims', { text: 'Moi' }], ['POST', `/claims/${NEVER}`, { decision: 'accept', reason: 'x' }],
  ['POST', '/links', { type: 'answers', target: { collection: 'spots', id: NEVER } }], ['DELETE', `/links/${NEVER}`],
  ['POST', '/reports', { kind: 'wrong', text: 'x' }], ['POST', '/answer', { text: 'x' }],
  ['POST', '/revisions/1/restore', { reason: 'x' }, { 'If-Match': '"1.0-0"' }],
  ['POST', '/revisions/1/redact', { fields: ['title'], reason: 'x' }],
  ['POST', '/proposals', { properties: { title: 'Z' } }], ['POST', `/proposals/${NEVER}`, { decision: 'reject', reason: 'x' }],
  ['DELETE', '/secret'], ['POST', '/secret', { email: 'left@example.org' }], ['POST', '/secret', { email: 'tried@example.org' }],
  ['POST', '/secret/renew', { token: 'x'.repeat(43) }], ['POST', '/adopt', {}],
];

const device = { 'Jalon-Device': 'a-device-of-the-probe' };
const outsiders = {
  nobody: { headers: device },
  account: { as: 'ada' },
  secret: { headers: { ...device, 'Jalon-Edit-Secret': 'x'.repeat(43) } },
};

function ofDeeds(name, there, absent) {
  return Object.entries(outsiders).flatMap(([who, asking]) => deeds.map(([method, below, body, headers]) => {
    const one = (item) => () => ({ method, path: `${item}${below}`, body, as: asking.as,
      type: method === 'PUT' && body ? 'application/geo+json'
        : method === 'POST' && /^\/proposals$/.test(below) ? TYPES.PATCH : undefined,
      headers: { ...asking.headers, ...headers, ...(/adopt/.test(below) ? { 'Jalon-Edit-Secret': 'x'.repeat(43) } : {}) } });
    return { name: `${name}.${who}.${method}${below.replace(NEVER, 'n').replace(/[?=]/g, '.').replace(/^\/?/, '.')}`, a: one(there), b: one(absent) };
  }));
}

/** Another text of the same length that differs in its last letters only. */
const nearly = (text) => text.slice(0, -4) + [...text.slice(-4)].map((c) => (c === 'A' ? 'B' : 'A')).join('');
const like = (text) => crypto.randomBytes(text.length).toString('base64url').slice(0, text.length);

/**
 * The table. `a` and `b` make the two requests of a pair, `plain` takes out what each said itself; what
 * answers them otherwise than by `status` tests something else than is meant.
 */
export async function pairs({ ask, tokens }) {
  const things = await makeThings(ask);
  let count = 0;
  const post = (target, body) => () => ({ method: 'POST', path: target, body: typeof body === 'function' ? body() : body });
  const signIn = (account_, password = 'a wrong password') => post('/sessions', { account: account_, password });
  const linkTo = (id) => () => ({ method: 'POST', as: 'mem', path: `${items('open')}/${things.published}/links`,
    body: { type: 'answers', target: { map: 'pre', collection: 'spots', id } } });
  const own = /"instance":"[^"]*"/g;
  const list = [
    { name: 'sign_in.unknown_name', status: 401, a: signIn('cara'), b: signIn('nobody') },
    { name: 'sign_in.unknown_address', a: signIn('cara@example.org'), b: signIn('none@example.org') },
    { name: 'sign_in.without_password', a: signIn('cara'), b: signIn('nobody', 'another password') },
    { name: 'sign_in.unconfirmed', a: signIn('newcomer', PASSWORD), b: signIn('nobodyel', PASSWORD) },
    { name: 'sign_in.unconfirmed_address', a: signIn('newcomer@example.org', PASSWORD), b: signIn('nobodyel@example.org', PASSWORD) },
    { name: 'sign_up.taken_address', status: 202,
      a: post('/accounts', () => account(`probe-a${++count}`, 'cara@example.org')),
      b: post('/accounts', () => account(`probe-b${++count}`, `none${count}@example.org`)) },
    ...['sign_in', 'password'].map((purpose) => ({ name: `link.${purpose}`, status: 202,
      a: post('/sessions/links', { email: 'cara@example.org', purpose }),
      b: post('/sessions/links', { email: 'none@example.org', purpose }) })),
    { name: 'secret.address', status: 202,
      a: post(`${items('open')}/${things.published}/secret`, { email: 'left@example.org' }),
      b: post(`${items('open')}/${things.published}/secret`, { email: 'tryd@example.org' }) },
    ...['pending', 'rejected', 'hidden', 'unseen'].flatMap((state) =>
      ofDeeds(state, `${items('pre')}/${things[state]}`, `${items('pre')}/${NEVER}`)),
    ...ofDeeds('club', `${items('open', 'club')}/${things.club}`, `${items('open', 'clus')}/${NEVER}`),
    ...ofDeeds('closed', `${items('closed')}/${things.closed}`, `${items('closed')}/${NEVER}`),
    ...['NAME=1', 'filter=NAME%3D1', 'filter=NAME%20IS%20NULL', 'sortby=NAME', 'sortby=-NAME', 'properties=NAME'].flatMap((query) =>
      [undefined, 'ada'].map((as) => ({ name: `field.${query.replace(/\W+/g, '_')}.${as ?? 'nobody'}`,
        a: () => ({ path: `${items('open')}?${query.replace('NAME', 'weight')}`, as }),
        b: () => ({ path: `${items('open')}?${query.replace('NAME', 'weighs')}`, as }) }))),
    // From the same square: nearer to where it is, and farther.
    ...['near=LON,LAT&radius=50', 'near=LON,LAT&radius=5000', `filter=${encodeURIComponent('S_INTERSECTS(geometry,POINT(LON LAT))')}`,
      `filter=${encodeURIComponent('S_INTERSECTS(geometry,BBOX(3.8,43.5,LON,LAT))')}`].map((query, i) => {
      const at = (lon, lat) => () => ({ path: `${items('coarse')}?${query.replaceAll('LON', lon).replaceAll('LAT', lat)}` });
      return { name: `coarse.${['near', 'far', 'at', 'box'][i]}`, status: 200, a: at('3.8765432', '43.6123456'), b: at('3.8765532', '43.6123556') };
    }),
    { name: 'link.to_hidden', status: 400, a: linkTo(things.hidden), b: linkTo(NEVER) },
    { name: 'token.nearly', a: () => ({ path: '/sessions/current', as: nearly(tokens.ada) }), b: () => ({ path: '/sessions/current', as: like(tokens.ada) }) },
    { name: 'edit_secret.nearly',
      a: () => ({ method: 'DELETE', path: `${items('open')}/${things.published}/secret`, headers: { 'Jalon-Edit-Secret': nearly(things.secret) } }),
      b: () => ({ method: 'DELETE', path: `${items('open')}/${things.published}/secret`, headers: { 'Jalon-Edit-Secret': like(things.secret) } }) },
  ];
  const words = [[/weigh[ts]/g, 'NAME'], [/clu[bs]\b/g, 'NAME'], [own, ''],
    ...Object.values(things).map((id) => [new RegExp(id, 'g'), 'ID']), [new RegExp(NEVER, 'g'), 'ID'],
    [/3\.8765[45]32/g, 'LON'], [/43\.6123[45]56/g, 'LAT']];
  return list.map((pair) => ({ ...pair, plain: (text) => words.reduce((now, [from, to]) => now.replace(from, to), text) }));
}
