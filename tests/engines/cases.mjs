// SPDX-License-Identifier: AGPL-3.0-or-later
// The HTTP cases of an area on a file and on a database server, beside each other: they hold on both, and
// every request, refusals and writes too, is answered alike, but for what is drawn by lot.
// node cases.mjs JALON AREA. Exit code 0: so it is.
import { runArea } from '../http/area.mjs';
import { sharedCluster } from '../postgres/cluster.mjs';
import { Names, difference, essence } from './compare.mjs';

/** Not what counts, measures and measures again; nor where other programs ask, each in its own order. */
const isCompared = (area, request) => area !== 'clients' && !/\/metrics|\/ready/.test(request.path ?? request.raw ?? '');

/** All exchanges of the area's cases, their answers as they are compared; null when a case fails. */
async function exchanges(jalon, area, database) {
  const names = new Names();
  const found = [];
  const output = [];
  const failures = await runArea(jalon, area, {
    database,
    print: (line) => output.push(line),
    record: (request, answer) => {
      if (isCompared(area, request)) found.push({ what: names.in(`${request.method ?? 'GET'} ${request.path ?? request.raw}`), ...essence(answer, names) });
    },
  });
  console.log(`${database ? 'A database server' : 'A file'}:\n${output.join('\n')}`);
  return failures === 0 ? found : null;
}

function compare(file, server) {
  const wrong = [];
  for (let i = 0; i < Math.max(file.length, server.length); i++) {
    const words = file[i] === undefined || server[i] === undefined || file[i].what !== server[i].what
      ? 'the requests part here' : difference(file[i], server[i]);
    if (words !== null) wrong.push(`${file[i]?.what}\n    ${words}`);
  }
  console.log(`${wrong.length} of ${file.length} answers differ\n${wrong.slice(0, 10).join('\n')}`);
  return wrong.length === 0;
}

const [jalon, area] = process.argv.slice(2);
if (!jalon || !area) {
  console.error('usage: node cases.mjs JALON AREA');
  process.exit(2);
}
const cluster = sharedCluster();
const database = cluster.createDatabase({ tcp: true });
try {
  const [file, server] = await Promise.all([exchanges(jalon, area), exchanges(jalon, area, database)]);
  const isSame = file !== null && server !== null && (area === 'clients' || file.length > 0) && compare(file, server);
  process.exitCode = isSame ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  cluster.dropDatabase(database);
}
