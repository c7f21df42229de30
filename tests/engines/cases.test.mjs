// SPDX-License-Identifier: AGPL-3.0-or-later
// Every request of every HTTP case, refusals and writes too, is answered alike by a file and by a
// database server, but for what is drawn by lot. That the answers are right is for the cases to say.
// JALON is the program; AREA names one area only.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runArea } from '../http/area.mjs';
import { sharedCluster } from '../postgres/cluster.mjs';
import { Names, difference, essence } from './compare.mjs';

const cases = path.join(path.dirname(fileURLToPath(import.meta.url)), '../http');
const areas = fs.readdirSync(cases).filter((name) => fs.existsSync(path.join(cases, name, 'setup.json')) &&
  (!process.env.AREA || name === process.env.AREA) && name !== 'clients'); // which has others ask
/** What counts, measures and measures again; and what other programs ask, each in its own order. */
const isCompared = (request) => !/\/metrics|\/ready/.test(request.path ?? request.raw ?? '');

/** All exchanges of the area's cases, their answers as they are compared. */
async function exchanges(area, database) {
  const names = new Names();
  const found = [];
  const output = [];
  const failures = await runArea(process.env.JALON, area, {
    database,
    print: (line) => output.push(line),
    record: (request, answer) => {
      if (isCompared(request)) found.push({ what: names.in(`${request.method ?? 'GET'} ${request.path ?? request.raw}`), ...essence(answer, names) });
    },
  });
  assert.equal(failures, 0, output.join('\n'));
  return found;
}

for (const area of areas) {
  test(`the answers of ${area}`, async () => {
    const cluster = sharedCluster();
    const database = cluster.createDatabase({ tcp: true });
    try {
      const [file, server] = await Promise.all([exchanges(area), exchanges(area, database)]);
      assert.ok(file.length > 0);
      const wrong = [];
      for (let i = 0; i < Math.max(file.length, server.length); i++) {
        const words = file[i] === undefined || server[i] === undefined || file[i].what !== server[i].what
          ? 'the requests part here' : difference(file[i], server[i]);
        if (words !== null) wrong.push(`${file[i]?.what}\n    ${words}`);
      }
      assert.equal(wrong.length, 0, `${wrong.length} of ${file.length} answers differ:\n${wrong.slice(0, 10).join('\n')}`);
    } finally {
      cluster.dropDatabase(database);
    }
  });
}
