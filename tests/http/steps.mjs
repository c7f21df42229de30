// SPDX-License-Identifier: AGPL-3.0-or-later
// What a step of a case does: one request, a walk along `next`, the API description against the
// server, or another program as its client. README.md describes the format.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { undescribed } from './described.mjs';
import { compose, exchange } from './wire.mjs';
import { differences, headerDifferences, pointer } from './match.mjs';

/** Replaces ${name} in every string; a string that is only ${name} takes the value as it is. */
export function substitute(value, variables) {
  const known = (name) => {
    if (!(name in variables)) throw new Error(`\${${name}} has not been saved`);
    return variables[name];
  };
  if (typeof value === 'string') {
    const whole = /^\$\{(\w+)\}$/.exec(value);
    if (whole) return known(whole[1]);
    return value.replace(/\$\{(\w+)\}/g, (_, name) => String(known(name)));
  }
  if (Array.isArray(value)) return value.map((v) => substitute(v, variables));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [substitute(k, variables), substitute(v, variables)]));
  }
  return value;
}

function bodyOf(request, folder) {
  if (request.body_file !== undefined) return fs.readFileSync(path.resolve(folder, request.body_file));
  if (request.body === undefined) return undefined;
  return typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
}

async function exchangeFor(request, session) {
  const { port, folder } = session;
  if (request.raw !== undefined) {
    const method = request.raw.slice(0, request.raw.indexOf(' '));
    return exchange(port, Buffer.from(request.raw, 'utf8'), method);
  }
  const base = `http://127.0.0.1:${port}`;
  const target = request.path.startsWith(base) ? request.path.slice(base.length) : request.path;
  const bytes = compose({
    method: request.method, path: target, headers: request.headers,
    body: bodyOf(request, folder), host: `127.0.0.1:${port}`,
  });
  return exchange(port, bytes, request.method);
}

async function send(request, session) {
  const answer = await exchangeFor(request, session);
  session.record?.(request, answer);
  return answer;
}

function jsonOf(answer) {
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** RFC 9457, and what every refusal of this server has in common. */
function problemDifferences(answer, name) {
  const problem = {
    type: `urn:jalon:problem:${name}`, title: '<text>', status: answer.status, detail: '<text>',
    instance: `urn:uuid:${answer.headers['jalon-request-id']}`,
  };
  return [
    ...headerDifferences(answer.headers, {
      'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ETag: null,
      'Jalon-Request-Id': '<uuid>',
    }),
    ...differences(jsonOf(answer), problem),
  ];
}

function bodyDifferences(answer, expected, session) {
  const found = [];
  const text = answer.body.toString('utf8');
  if ('json' in expected) {
    const json = jsonOf(answer);
    if (json === undefined) found.push(`the body is not JSON: ${text.slice(0, 200)}`);
    else found.push(...differences(json, expected.json));
  }
  if ('pointers' in expected) {
    const json = jsonOf(answer);
    for (const [where, e] of Object.entries(expected.pointers)) {
      found.push(...differences(json === undefined ? undefined : pointer(json, where), e, where));
    }
  }
  if ('text' in expected) found.push(...differences(text, expected.text, 'body'));
  if ('golden' in expected) {
    const golden = fs.readFileSync(path.resolve(session.folder, expected.golden));
    if (!golden.equals(answer.body)) found.push(`the body differs from ${expected.golden}:\n${text}`);
  }
  return found;
}

function save(wanted, answer, variables) {
  const json = jsonOf(answer);
  for (const [name, from] of Object.entries(wanted)) {
    let value;
    if (from.startsWith('header:')) value = answer.headers[from.slice(7).toLowerCase()];
    else if (from === 'body') value = answer.body.toString('utf8');
    else value = json === undefined ? undefined : pointer(json, from);
    if (value === undefined) return [`there is no ${from} to save as ${name}`];
    variables[name] = value;
  }
  return [];
}

/** What is not as expected in an answer. */
function answerDifferences(answer, expected, session) {
  const found = [];
  if (expected.status !== undefined) {
    found.push(...differences(answer.status, expected.status, 'status'));
    if (found.length > 0) found.push(`body: ${answer.body.toString('utf8').slice(0, 500)}`);
  }
  found.push(...headerDifferences(answer.headers, expected.headers ?? {}));
  if ('problem' in expected) found.push(...problemDifferences(answer, expected.problem));
  found.push(...bodyDifferences(answer, expected, session));
  return found;
}

/** With `tries` it is sent again until it is answered so: where that hangs on how soon it comes. */
async function request(step, session) {
  const asked = substitute(step.request, session.variables);
  const expected = substitute(step.expect ?? {}, session.variables);
  let answer;
  let found;
  for (let left = step.tries ?? 1; left > 0 && (found === undefined || found.length > 0); left--) {
    answer = await exchangeFor(asked, session);
    found = answerDifferences(answer, expected, session);
  }
  session.record?.(asked, answer);
  if (asked.raw === undefined) found.push(...await undescribed(session.port, asked, answer));
  if (found.length === 0) found.push(...save(step.save ?? {}, answer, session.variables));
  return found;
}

/** Follows links of rel "next" and gathers: {from, headers, collect, pages_max, expect: {count, unique, pages, each}}. */
async function walk(step, session) {
  const { from, headers = {}, collect, pages_max: most = 1000, expect } = substitute(step.walk, session.variables);
  const gathered = [];
  let next = from;
  let pages = 0;
  while (next !== undefined) {
    if (++pages > most) return [`there are more than ${most} pages`];
    const answer = await send({ path: next, headers }, session);
    const json = jsonOf(answer);
    if (answer.status !== 200 || json === undefined) return [`${next}: ${answer.status} ${answer.body}`];
    gathered.push(...pointer(json, collect));
    next = (json.links ?? []).find((link) => link.rel === 'next')?.href;
  }
  const found = [];
  if ('count' in expect) found.push(...differences(gathered.length, expect.count, 'count'));
  if ('pages' in expect) found.push(...differences(pages, expect.pages, 'pages'));
  if ('all' in expect) found.push(...differences(gathered, expect.all, 'all'));
  if (expect.unique) found.push(...differences(new Set(gathered).size, gathered.length, 'unique'));
  if (step.save !== undefined) session.variables[step.save] = gathered;
  return found;
}

/**
 * Every path of an OpenAPI document must be routed with exactly the methods it names:
 * {path, variables: {name: value}}. Its relative servers are resolved against the document.
 */
async function openapi(step, session) {
  const { path: at, variables = {} } = substitute(step.openapi, session.variables);
  const document = jsonOf(await send({ path: at }, session));
  if (document?.paths === undefined) return [`${at} is not an OpenAPI document`];
  const server = new URL(document.servers?.[0]?.url ?? '/', `http://127.0.0.1:${session.port}${at}`);
  const base = server.pathname.replace(/\/$/, '');
  const found = [];
  for (const [template, item] of Object.entries(document.paths)) {
    const target = base + template.replace(/\{(\w+)\}/g, (_, name) => {
      if (!(name in variables)) found.push(`${template}: say what {${name}} is`);
      return encodeURIComponent(variables[name]);
    }).replace(/\/$/, '');
    const methods = Object.keys(item).filter((m) => /^(get|post|put|patch|delete)$/.test(m));
    const expected = methods.map((m) => m.toUpperCase()).concat('OPTIONS', methods.includes('get') ? ['HEAD'] : []);
    // What the server has here for anybody; OPTIONS says what this requester may do.
    const answer = await send({ method: 'BREW', path: target }, session);
    const allowed = (answer.headers.allow ?? '').split(', ').sort().join(', ');
    if (allowed !== expected.sort().join(', ')) {
      found.push(`${template}: described ${expected.join(', ')}; the server says ${answer.status} ${allowed}`);
    }
  }
  return found;
}

/** Another program against the server: {command: [name, …arguments], expect: {code, text}}. */
async function command(step, session) {
  const [name, ...args] = substitute(step.command, session.variables);
  const { code = 0, text } = substitute(step.expect ?? {}, session.variables);
  const done = await new Promise((resolve) => {
    execFile(name, args, { timeout: 60000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr });
    });
  });
  const found = differences(done.code, code, 'exit code');
  if (found.length > 0) found.push(done.output);
  if (text !== undefined) found.push(...differences(done.output, text, 'output'));
  return found;
}

const KINDS = { request, walk, openapi, command };

/** `for` repeats the step, each time with the variables of one entry. */
export async function runStep(step, session) {
  const kind = Object.keys(KINDS).find((name) => name in step);
  if (kind === undefined) throw new Error(`a step needs one of: ${Object.keys(KINDS).join(', ')}`);
  if (!('for' in step)) return KINDS[kind](step, session);
  const found = [];
  for (const entry of step.for) {
    const own = { ...session, variables: { ...session.variables, ...substitute(entry, session.variables) } };
    found.push(...(await KINDS[kind](step, own)).map((line) => `${JSON.stringify(entry)}: ${line}`));
  }
  return found;
}
