// SPDX-License-Identifier: AGPL-3.0-or-later
// OGC API Features part 1 (17-069r4), after the abstract tests of its annex A and what OGC's own suite
// makes of them: everything is found from the landing page and its OpenAPI document.
import {
  expect, expectTypedLinks, get, getOk, javaNumber, link, skipUnless, withQuery,
} from './suite.mjs';

export const GEOJSON = 'application/geo+json';
export const OPENAPI = 'application/vnd.oai.openapi+json;version=3.0';
export const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84';
const CORE = 'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core';
const COLLECTIONS_MAX = 20;
const PAGES_MAX = 4;
const COUNTED_MAX = 10000;
const FEATURES_MAX = 100;

/* --- The description --- */

/** Checks what a parser of OpenAPI 3.0 would refuse, as far as services go wrong there. */
function expectValidOpenapi(api) {
  expect(/^3\.0\.\d+$/.test(api.openapi), `openapi is "${api.openapi}", expected 3.0.x`);
  expect(api.info?.title && api.info?.version, 'info needs a title and a version');
  expect(api.paths && Object.keys(api.paths).length > 0, 'there are no paths');
  const ids = new Set();
  const resolve = (node, where) => {
    if (node === null || typeof node !== 'object') {
      return;
    }
    if (typeof node.$ref === 'string') {
      const target = node.$ref.replace(/^#\//, '').split('/')
        .reduce((at, key) => at?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], api);
      expect(target !== undefined, `${where}: ${node.$ref} points nowhere`);
      return;
    }
    for (const [key, value] of Object.entries(node)) {
      resolve(value, `${where}/${key}`);
    }
  };
  resolve(api, '');
  for (const [path, item] of Object.entries(api.paths)) {
    expect(path.startsWith('/'), `the path ${path} does not begin with a slash`);
    const variables = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]).sort();
    for (const method of ['get', 'put', 'post', 'delete', 'options', 'head', 'patch']) {
      const operation = item[method];
      if (!operation) {
        continue;
      }
      const where = `${method} ${path}`;
      if (operation.operationId !== undefined) {
        expect(!ids.has(operation.operationId), `${where}: ${operation.operationId} is there twice`);
        ids.add(operation.operationId);
      }
      expect(Object.keys(operation.responses ?? {}).length > 0, `${where}: no responses`);
      for (const [code, response] of Object.entries(operation.responses)) {
        expect(response.$ref || typeof response.description === 'string',
          `${where}: the response ${code} has no description`);
      }
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      const seen = new Set();
      for (const one of parameters) {
        expect(one.name && ['query', 'path', 'header', 'cookie'].includes(one.in), `${where}: a parameter without name or place`);
        expect(!seen.has(`${one.in} ${one.name}`), `${where}: the parameter ${one.name} is there twice`);
        seen.add(`${one.in} ${one.name}`);
        expect(one.schema || one.content, `${where}: the parameter ${one.name} has no schema`);
        expect(one.in !== 'path' || one.required === true, `${where}: the path parameter ${one.name} is not required`);
      }
      const declared = parameters.filter((one) => one.in === 'path').map((one) => one.name).sort();
      expect(declared.join() === variables.join(), `${where}: path parameters are ${declared}, expected ${variables}`);
    }
  }
}

/** The addresses of paths of the description that fit a pattern; paths stand below the first server. */
function findPaths(context, pattern) {
  const server = context.api.servers?.[0]?.url ?? context.root;
  const base = new URL(server, `${context.root}/`).href.replace(/\/$/, '');
  return Object.keys(context.api.paths)
    .filter((path) => context.api.paths[path].get && pattern.test(path))
    .map((path) => ({ path, url: base + path }));
}

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const itemsPaths = (context, id) => findPaths(context,
  new RegExp(`^/collections/(?:${escape(id)}|\\{[^/]+\\})/items/?$`))
  .map((one) => ({ ...one, url: one.url.replace(/\{[^/]+\}/, id) }));

function parameterOf(context, path, name) {
  const item = context.api.paths[path];
  const found = [...(item.parameters ?? []), ...(item.get.parameters ?? [])]
    .map((one) => (one.$ref ? context.api.components.parameters[one.$ref.split('/').pop()] : one))
    .find((one) => one.name === name);
  expect(found, `${path}: the parameter ${name} is not described`);
  return found;
}

function expectParameter(parameter) {
  expect(parameter.in === 'query', `${parameter.name}: in "${parameter.in}", expected query`);
  expect(parameter.required !== true, `${parameter.name}: is required`);
  expect(parameter.style === 'form', `${parameter.name}: style "${parameter.style}", expected form`);
  expect(parameter.explode === false, `${parameter.name}: is exploded`);
}

/* --- Geometries --- */

function* positionsOf(coordinates) {
  if (typeof coordinates[0] === 'number') {
    yield coordinates;
    return;
  }
  for (const each of coordinates) {
    yield* positionsOf(each);
  }
}

function boxOf(geometry) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of positionsOf(geometry.coordinates)) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

function meets(geometry, [west, south, east, north]) {
  const [w, s, e, n] = boxOf(geometry);
  const across = west > east;
  const tolerance = 1e-7;
  return s <= north + tolerance && n >= south - tolerance
    && (across ? e >= west - tolerance || w <= east + tolerance
      : w <= east + tolerance && e >= west - tolerance);
}

const shapes = (list) => list.features.filter((one) => one.geometry).slice(0, FEATURES_MAX);

function expectInCrs84(list) {
  for (const feature of shapes(list)) {
    for (const [x, y] of positionsOf(feature.geometry.coordinates)) {
      expect(Math.abs(x) <= 180 && Math.abs(y) <= 90, `feature ${feature.id}: ${x}, ${y} is not in CRS84`);
    }
  }
}

/* --- Lists --- */

async function expectList(context, collection, url, bounds) {
  const before = Date.now();
  const answer = await getOk(url, GEOJSON);
  const type = answer.headers['content-type'] ?? '';
  expect(type.startsWith(GEOJSON), `${url}: Content-Type is ${type}`);
  const list = answer.json();
  expect(list.type === 'FeatureCollection', `${url}: type is "${list.type}"`);
  expect(Array.isArray(list.features), `${url}: there are no features`);
  expectTypedLinks(list.links, url);
  expect(link(list.links, 'self'), `${url}: no link self`);
  for (const other of context.otherTypes(link(list.links, 'self').type)) {
    expect(link(list.links, 'alternate', other), `${url}: no link alternate of type ${other}`);
  }
  if (list.timeStamp !== undefined) {
    const time = Date.parse(list.timeStamp);
    expect(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(list.timeStamp) && time <= before + 60000,
      `${url}: timeStamp is "${list.timeStamp}"`);
  }
  if (list.numberReturned !== undefined) {
    expect(list.numberReturned === list.features.length,
      `${url}: numberReturned is ${list.numberReturned}, there are ${list.features.length}`);
  }
  expectInCrs84(list);
  for (const feature of bounds ? shapes(list) : []) {
    expect(meets(feature.geometry, bounds), `${url}: feature ${feature.id} is outside the box`);
  }
  await expectMatched(context, collection, list, url);
  return list;
}

/** numberMatched against the pages, which are walked with the largest limit there is. */
async function expectMatched(context, collection, list, url) {
  if (list.numberMatched === undefined || list.numberMatched > COUNTED_MAX) {
    return;
  }
  const [path] = itemsPaths(context, collection.id);
  const most = path ? parameterOf(context, path.path, 'limit').schema.maximum ?? -1 : -1;
  let count = list.features.length;
  let next = link(list.links, 'next');
  const seen = new Set(list.features.map((one) => one.id));
  for (let page = 0; next && page < PAGES_MAX; page++) {
    const answer = await getOk(most > 0 ? withQuery(next.href, { limit: most }) : next.href, GEOJSON);
    const part = answer.json();
    part.features.forEach((one) => seen.add(one.id));
    count += part.features.length;
    next = part.features.length > 0 ? link(part.links, 'next') : undefined;
  }
  expect(next || count === list.numberMatched,
    `${url}: numberMatched is ${list.numberMatched}, pages hold ${count}`);
  expect(seen.size === count, `${url}: pages repeat features`);
}

/* --- The checks --- */

/** The landing page, its description and what is conformed to. */
export async function discover(report, root) {
  const context = { root, otherTypes: () => [] };
  await report.check('core: HTTP 1.1 is spoken', async () => {
    const answer = await get(root);
    expect(answer.version === '1.1', `HTTP ${answer.version}`);
  });
  context.landing = await report.check('core: the landing page is there', async () =>
    (await getOk(root)).json());
  if (!context.landing) {
    return undefined;
  }
  const { links } = context.landing;
  await report.check('core: the landing page has the links it needs, each with a type', async () => {
    expectTypedLinks(links, root);
    expect(link(links, 'service-desc') || link(links, 'service-doc'), 'neither service-desc nor service-doc');
    for (const rel of ['conformance', 'data', 'self']) {
      expect(link(links, rel), `no link ${rel}`);
    }
  });
  context.api = await report.check('core: the description is a valid OpenAPI 3.0 document', async () => {
    const where = link(links, 'service-desc', OPENAPI);
    expect(where, `no service-desc of type ${OPENAPI}`);
    const answer = await getOk(new URL(where.href, root).href, OPENAPI);
    const api = answer.json();
    expectValidOpenapi(api);
    return api;
  });
  if (!context.api) {
    return undefined;
  }
  context.classes = await report.check('core: /conformance of the description declares core', async () => {
    const [path] = findPaths(context, /^\/conformance\/?$/);
    expect(path, 'the description has no path /conformance');
    const { conformsTo } = (await getOk(path.url)).json();
    expect(Array.isArray(conformsTo) && conformsTo.every((one) => typeof one === 'string'),
      'conformsTo is not a list of URIs');
    expect(conformsTo.includes(CORE), `${CORE} is not declared`);
    return conformsTo;
  }) ?? [];
  context.otherTypes = (own) => [
    ['geojson', GEOJSON], ['html', 'text/html'],
  ].filter(([name, type]) => type !== own && own !== undefined
    && context.classes.includes(`http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/${name}`))
    .map(([, type]) => type);
  return context;
}

async function checkCollections(report, context) {
  const [path] = findPaths(context, /^\/collections\/?$/);
  const document = await report.check('core: /collections of the description is there', async () => {
    expect(path, 'the description has no path /collections');
    return (await getOk(path.url)).json();
  });
  if (!document) {
    return;
  }
  await report.check('core: the collections have links with types, an alternate for other types', async () => {
    expectTypedLinks(document.links, path.url);
    expect(link(document.links, 'self'), 'no link self');
    if (context.classes.includes('http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html')) {
      expect(link(document.links, 'alternate', 'text/html'), 'no link alternate of type text/html');
    }
  });
  await report.check('core: the first system of all collections is the default one', async () => {
    skipUnless(document.crs !== undefined, 'there is no list of systems');
    expect(/CRS84h?$/.test(document.crs[0]), `the first one is ${document.crs[0]}`);
  });
  await report.check('core: there are collections of features', async () => {
    expect(Array.isArray(document.collections) && document.collections.length > 0, 'there are none');
    for (const one of document.collections) {
      expect(typeof one.id === 'string', 'a collection has no id');
      expectTypedLinks(one.links, one.id);
    }
  });
  context.collections = document.collections
    .filter((one) => (!one.itemType || one.itemType === 'feature') && link(one.links, 'items'))
    .slice(0, COLLECTIONS_MAX);
  for (const collection of context.collections) {
    await checkCollection(report, context, collection);
  }
}

async function checkCollection(report, context, collection) {
  const { id } = collection;
  await report.check(`core: ${id}: alone it says the same as in the list`, async () => {
    const [path] = findPaths(context, new RegExp(`^/collections/(?:${escape(id)}|\\{[^/]+\\})/?$`));
    skipUnless(path, 'the description has no path for it');
    const one = (await getOk(path.url.replace(/\{[^/]+\}/, id))).json();
    for (const member of ['id', 'title', 'description', 'extent']) {
      expect(JSON.stringify(one[member]) === JSON.stringify(collection[member]), `${member} differs`);
    }
    expectTypedLinks(one.links, path.url);
  });
  await report.check(`core: ${id}: the extents are four numbers and intervals of two`, async () => {
    const box = collection.extent?.spatial?.bbox?.[0];
    skipUnless(collection.extent, 'there is no extent');
    expect(box === undefined || (box.length === 4 && box.every((each) => Number.isFinite(each))),
      `the box is ${JSON.stringify(box)}`);
    const interval = collection.extent.temporal?.interval?.[0];
    expect(interval === undefined || (interval.length === 2 && interval.every((each) =>
      each === null || Number.isFinite(Date.parse(each)))), `the interval is ${JSON.stringify(interval)}`);
  });
}

async function checkParameters(report, context, collection) {
  const [path] = itemsPaths(context, collection.id);
  const about = `core: ${collection.id}`;
  await report.check(`${about}: bbox is described as it has to be`, async () => {
    expect(path, 'the description has no path for its items');
    const bbox = parameterOf(context, path.path, 'bbox');
    expectParameter(bbox);
    expect(bbox.schema.type === 'array' && bbox.schema.minItems === 4 && bbox.schema.maxItems === 6
      && bbox.schema.items?.type === 'number', JSON.stringify(bbox.schema));
  });
  await report.check(`${about}: limit is described as it has to be`, async () => {
    expect(path, 'the description has no path for its items');
    const limit = parameterOf(context, path.path, 'limit');
    expectParameter(limit);
    expect(limit.schema.type === 'integer' && limit.schema.minimum >= 0
      && limit.schema.maximum >= limit.schema.minimum && limit.schema.default >= limit.schema.minimum,
    JSON.stringify(limit.schema));
  });
  await report.check(`${about}: datetime is described as it has to be`, async () => {
    expect(path, 'the description has no path for its items');
    const datetime = parameterOf(context, path.path, 'datetime');
    expectParameter(datetime);
    expect(datetime.schema.type === 'string', JSON.stringify(datetime.schema));
  });
}

const BOXES = [
  [-1.5, 50, 1.5, 53], [-80, -5, -70, 5], [177, 65, -177, 70], [-180, 85, 180, 90], [-180, -90, 180, -85],
  [-0.5, -0.25, 0.5, 0.25],
];

async function checkSelections(report, context, collection, url) {
  const about = `core: ${collection.id}`;
  const extent = collection.extent?.spatial?.bbox?.[0];
  for (const box of extent ? [extent, ...BOXES] : []) {
    const text = box.map(javaNumber).join(',');
    await report.check(`${about}: bbox=${text}`, async () =>
      expectList(context, collection, withQuery(url, { bbox: text }), box));
  }
  const [path] = itemsPaths(context, collection.id);
  const { minimum, maximum } = parameterOf(context, path.path, 'limit').schema;
  for (const limit of [minimum, Math.min(minimum + Math.floor((maximum - minimum) / 2), 100), maximum]) {
    await report.check(`${about}: limit=${limit}`, async () => {
      const list = await expectList(context, collection, withQuery(url, { limit }));
      expect(list.features.length <= limit, `there are ${list.features.length}`);
    });
  }
  await report.check(`${about}: a limit above the largest is taken for it`, async () => {
    const list = await expectList(context, collection, withQuery(url, { limit: maximum + 1 }));
    expect(list.features.length <= maximum, `there are ${list.features.length}`);
  });
}

/** Instants and intervals inside the collection's own, as the suite cuts them. */
async function checkTimes(report, context, collection, url) {
  const interval = collection.extent?.temporal?.interval?.[0];
  const second = (time) => new Date(Math.floor(time / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  const begin = Date.parse(interval?.[0] ?? '2020-01-01T00:00:00Z');
  const end = Date.parse(interval?.[1] ?? '2024-01-01T00:00:00Z');
  const quarter = (end - begin) / 4;
  const all = (await getOk(withQuery(url, { limit: 1 }), GEOJSON)).json().numberMatched;
  const some = `${second(begin + quarter)}/${second(begin + 2 * quarter)}`;
  const day = second(begin + quarter).slice(0, 10);
  const times = [second(begin), some, `${day}/P2D`, `../${second(end)}`, `/${second(end)}`,
    `${second(begin)}/..`, `${second(begin)}/`, day, `${second(begin).replace('Z', '+00:00')}`,
    second(begin).toLowerCase(), second(begin).replace('Z', '.25Z')];
  for (const datetime of times) {
    await report.check(`core: ${collection.id}: datetime=${datetime}`, async () =>
      expectList(context, collection, withQuery(url, { datetime })));
  }
  await report.check(`core: ${collection.id}: the temporal extent holds all that has a time`, async () => {
    skipUnless(interval && all !== undefined, 'there is no temporal extent');
    const list = await expectList(context, collection,
      withQuery(url, { datetime: interval.map((each) => each ?? '..').join('/') }));
    expect(list.numberMatched === all, `${list.numberMatched} of ${all}`);
  });
}

async function checkErrors(report, collection, url) {
  for (const query of [{ limit: 'unlimited' }, { unknownQueryParameter12345: 1 }, { bbox: '1,2,3' },
    { bbox: 'a,b,c,d' }, { datetime: 'yesterday' }, { limit: '0' }]) {
    const [[name, value]] = Object.entries(query);
    await report.check(`core: ${collection.id}: ${name}=${value} is refused`, async () => {
      const answer = await get(withQuery(url, query), GEOJSON);
      expect(answer.status === 400, `status ${answer.status}, expected 400`);
    });
  }
}

async function checkFeature(report, context, collection, id, url) {
  await report.check(`core: ${collection.id}: a feature alone, with its links`, async () => {
    const target = new URL(url);
    target.pathname = `${target.pathname.replace(/\/$/, '')}/${encodeURIComponent(id)}`;
    target.search = '';
    const answer = await getOk(target.href, GEOJSON);
    expect((answer.headers['content-type'] ?? '').startsWith(GEOJSON), 'it is not GeoJSON');
    const feature = answer.json();
    expect(feature.type === 'Feature' && feature.id === id, 'it is another one');
    expectTypedLinks(feature.links, target.href);
    for (const rel of ['self', 'collection']) {
      expect(link(feature.links, rel), `no link ${rel}`);
    }
    for (const other of context.otherTypes(link(feature.links, 'self').type)) {
      expect(link(feature.links, 'alternate', other), `no link alternate of type ${other}`);
    }
    const missing = await get(`${target.href}x`, GEOJSON);
    expect(missing.status === 404, `another id: status ${missing.status}, expected 404`);
  });
}

/** Part 1 on every collection. */
export async function checkCore(report, context) {
  await checkCollections(report, context);
  for (const collection of context.collections ?? []) {
    const items = link(collection.links, 'items', GEOJSON);
    await checkParameters(report, context, collection);
    const list = await report.check(`core: ${collection.id}: items`, async () => {
      expect(items, `no link items of type ${GEOJSON}`);
      return expectList(context, collection, new URL(items.href, context.root).href);
    });
    if (!list) {
      continue;
    }
    collection.itemsUrl = new URL(items.href, context.root).href;
    collection.featureId = list.features[0]?.id;
    await checkSelections(report, context, collection, collection.itemsUrl);
    await checkTimes(report, context, collection, collection.itemsUrl);
    await checkErrors(report, collection, collection.itemsUrl);
    if (collection.featureId !== undefined) {
      await checkFeature(report, context, collection, collection.featureId, collection.itemsUrl);
    }
  }
  await report.check('core: some collection has features', async () => {
    expect((context.collections ?? []).some((one) => one.featureId !== undefined), 'all are empty');
  });
}
