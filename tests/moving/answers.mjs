// SPDX-License-Identifier: AGPL-3.0-or-later
// What a server says of a map, to be held beside what another one says of the same rows.

/** Paths of all that is served of a map, but for what says what time it is. */
export async function paths(base) {
  const found = ['', '/collections', '/conformance', '/territories', '/tilejson', '/stats',
    '/stats?by=category&f=csv', '/stats?by=territory', '/stats?by=month', '/clusters?zoom=11',
    '/clusters?zoom=15&category=restaurants', '/tiles/WebMercatorQuad/11/747/1046?f=mvt',
    '/tiles/WebMercatorQuad/15/11961/16738?f=mvt'];
  const { collections } = await (await fetch(`${base}/collections`)).json();
  for (const { id } of collections) {
    const path = `/collections/${id}`;
    found.push(path, `${path}/schema`, `${path}/queryables`, `${path}/items?limit=10000`,
      `${path}/items?limit=10000&f=csv`,
      `${path}/items?limit=10000&f=kml`, `${path}/items?near=3.8767,43.6108&limit=50`);
    const list = await (await fetch(`${base}${path}/items?limit=10000`)).json();
    for (const item of list.features.slice(0, 3).concat(list.features.slice(-3))) {
      found.push(`${path}/items/${item.id}`, `${path}/items/${item.id}/revisions`);
    }
  }
  return found;
}

/** The answers to these, without where they were asked for, when, and under which number. */
export async function ask(base, all) {
  const answers = {};
  for (const path of all) {
    const answer = await fetch(base + path);
    const body = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    answers[path] = [answer.status, answer.headers.get('content-type'),
      body.replace(/"(timeStamp|instance)":"[^"]*"/g, '').replaceAll(new URL(base).host, 'host')];
  }
  return answers;
}
