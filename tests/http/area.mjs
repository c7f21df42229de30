// SPDX-License-Identifier: AGPL-3.0-or-later
// The HTTP cases of one area against a server of its own: prepares a data folder by the commands of
// setup.json, starts `jalon serve` on a free port, runs each case, prints the differences, stops the
// server by its process id.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';
import { runStep, substitute } from './steps.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** One entry of setup.json: ["map", "create", …] or {run: […], save: {name: regex}}. */
function prepare(jalon, entry, place, variables) {
  const { run, save = {} } = Array.isArray(entry) ? { run: entry } : entry;
  const args = [...substitute(run, variables), ...place];
  const done = spawnSync(jalon, args, { encoding: 'utf8' });
  if (done.status !== 0) {
    throw new Error(`jalon ${args.join(' ')}: exit code ${done.status}\n${done.stdout}${done.stderr}`);
  }
  for (const [name, pattern] of Object.entries(save)) {
    const match = new RegExp(pattern, 'm').exec(done.stdout);
    if (!match) throw new Error(`jalon ${args.join(' ')}: no ${pattern} in ${done.stdout}`);
    variables[name] = match[1] ?? match[0];
  }
}

/** All steps, in order; with `for` once for each entry, from the start. */
async function runCase(file, session) {
  const test = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const entry of test.for ?? [{}]) {
    const own = { ...session, variables: { ...session.variables, ...substitute(entry, session.variables) } };
    for (const [index, step] of test.steps.entries()) {
      let found;
      try {
        found = await runStep(step, own);
      } catch (error) {
        found = [String(error.message)];
      }
      if (found.length > 0) {
        const what = step.request ? `${step.request.method ?? 'GET'} ${step.request.path ?? 'raw'}` : '';
        const about = test.for ? ` ${JSON.stringify(entry)}` : '';
        return { description: test.description, step: index + 1, what: what + about, found };
      }
    }
  }
  return null;
}

/**
 * Runs an area, and answers how many of its cases failed. `only` names one case; `database` is a URL
 * (none: a file of its own); `record` is given every request and its answer.
 */
export async function runArea(jalon, area, { only, database, record, print = console.log } = {}) {
  const folder = path.join(here, area);
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-http-'));
  const where = database ? ['--database', database] : [];
  const variables = { data: path.resolve(here, '../data'), here: folder };
  let server = null;
  let failures = 0;
  try {
    const setup = path.join(folder, 'setup.json');
    for (const entry of fs.existsSync(setup) ? JSON.parse(fs.readFileSync(setup, 'utf8')) : []) {
      prepare(jalon, entry, ['--data', data, ...where], variables);
    }
    server = await serve(jalon, data, where);
    Object.assign(variables, { url: `http://127.0.0.1:${server.port}`, port: server.port });
    const session = { port: server.port, folder, variables, record };
    const names = fs.readdirSync(folder)
      .filter((n) => n.endsWith('.json') && n !== 'setup.json' && (!only || n === `${only}.json`)).sort();
    if (names.length === 0) throw new Error(`there is no case in ${folder}`);
    const told = []; // at the end, which is what is seen of a long run
    for (const name of names) {
      const failed = await runCase(path.join(folder, name), session);
      print(`${failed ? 'FAILED' : 'ok    '} ${area}/${name}`);
      if (failed) {
        failures++;
        told.push(`${area}/${name}: ${failed.description}\n  step ${failed.step}: ${failed.what}`, ...failed.found.map((line) => `    ${line}`));
      }
    }
    told.forEach((line) => print(line));
    const code = await stop(server);
    if (code !== 0) {
      failures++;
      print(`FAILED ${area}: jalon serve ended with ${code} after SIGTERM\n${server.output()}`);
    }
  } finally {
    if (server) await stop(server);
    fs.rmSync(data, { recursive: true, force: true });
  }
  return failures;
}
