// SPDX-License-Identifier: AGPL-3.0-or-later
// OGC API Features part 2 (18-058r1): systems that are listed, asked for, and not there.
import { CRS84, GEOJSON } from './core.mjs';
import { expect, get, getOk, skipUnless, withQuery } from './suite.mjs';

const CLASS = 'http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs';
const UNSUPPORTED = 'http://www.opengis.net/def/crs/0/unsupported';
const TRIED_MAX = 20;
const NAME = /^(https?:\/\/www\.opengis\.net\/def\/crs\/[A-Za-z]+\/[0-9.]+\/[A-Za-z0-9]+|urn:ogc:def:crs:[A-Za-z]+:[0-9.]*:[A-Za-z0-9]+)$/;

function featureUrl(collection) {
  const target = new URL(collection.itemsUrl);
  target.pathname += `/${encodeURIComponent(collection.featureId)}`;
  target.search = '';
  return target.href;
}

function expectSystem(answer, crs) {
  const header = answer.headers['content-crs'];
  expect(header !== undefined, `${answer.url}: there is no Content-Crs`);
  expect(header === `<${crs}>`, `${answer.url}: Content-Crs is ${header}, expected <${crs}>`);
}

async function checkDiscovery(report, collection) {
  const about = `crs: ${collection.id}`;
  await report.check(`${about}: its systems are named by URIs, the default one among them`, async () => {
    expect(Array.isArray(collection.crs) && collection.crs.length > 0, 'it has no list of systems');
    for (const crs of collection.crs) {
      expect(crs === '#/crs' || NAME.test(crs), `${crs} does not name a system`);
    }
    expect(collection.crs.includes(CRS84) || collection.crs.includes('#/crs'), `${CRS84} is not there`);
  });
  await report.check(`${about}: its storageCrs is one of them`, async () => {
    skipUnless(collection.storageCrs, 'it does not say');
    expect(collection.crs.includes(collection.storageCrs), collection.storageCrs);
  });
}

async function checkSystem(report, collection, crs) {
  const about = `crs: ${collection.id}: ${crs.split('/').pop()}`;
  await report.check(`${about}: items and a feature come in it`, async () => {
    expectSystem(await getOk(withQuery(collection.itemsUrl, { crs, limit: 10 }), GEOJSON), crs);
    if (collection.featureId !== undefined) {
      const answer = await getOk(withQuery(featureUrl(collection), { crs }), GEOJSON);
      expectSystem(answer, crs);
      expect(answer.json().id === collection.featureId, 'it is another feature');
    }
  });
  await report.check(`${about}: the box around what came finds the same again`, async () => {
    const url = withQuery(collection.itemsUrl, { crs, limit: 20 });
    const { features } = (await getOk(url, GEOJSON)).json();
    const points = features.filter((one) => one.geometry?.type === 'Point');
    skipUnless(points.length > 0, 'there are no points');
    const [x, y] = [0, 1].map((axis) => points.map((one) => one.geometry.coordinates[axis]));
    // Positions are written rounded: to 7 decimals of a degree, or below a millimetre.
    const margin = Math.abs(x[0]) <= 180 && Math.abs(y[0]) <= 180 ? 1e-7 : 1e-3;
    const bbox = [Math.min(...x) - margin, Math.min(...y) - margin, Math.max(...x) + margin,
      Math.max(...y) + margin].map((each) => each.toFixed(8)).join(',');
    const found = (await getOk(withQuery(collection.itemsUrl, { bbox, 'bbox-crs': crs, limit: 10000 }), GEOJSON)).json();
    const ids = new Set(found.features.map((one) => one.id));
    const far = /EPSG\/0\/(5490|4559|2972|2975|4471|4467|3163|329[6-9]|8903|7076)$/.test(crs);
    skipUnless(!far || ids.size > 0, 'the data lies far from where the system is of use');
    expect(points.every((one) => ids.has(one.id)), `not all ${points.length} points are in ${bbox}`);
  });
}

async function checkDefaults(report, collection) {
  const about = `crs: ${collection.id}`;
  await report.check(`${about}: CRS84 when nothing is said`, async () => {
    expectSystem(await getOk(collection.itemsUrl, GEOJSON), CRS84);
    if (collection.featureId !== undefined) {
      expectSystem(await getOk(featureUrl(collection), GEOJSON), CRS84);
    }
  });
  await report.check(`${about}: bbox-crs is CRS84 when nothing is said`, async () => {
    const bbox = collection.extent?.spatial?.bbox?.[0]?.join(',');
    skipUnless(bbox, 'there is no extent');
    const [said, unsaid] = await Promise.all([{ 'bbox-crs': CRS84 }, {}].map(async (more) =>
      (await getOk(withQuery(collection.itemsUrl, { bbox, ...more }), GEOJSON)).json()));
    expect(JSON.stringify(said.features) === JSON.stringify(unsaid.features), 'other features come');
  });
  await report.check(`${about}: an unsupported system is refused`, async () => {
    for (const query of [{ crs: UNSUPPORTED }, { bbox: '5,49,6,50', 'bbox-crs': UNSUPPORTED }]) {
      const answer = await get(withQuery(collection.itemsUrl, query), GEOJSON);
      expect(answer.status === 400, `${answer.url}: status ${answer.status}, expected 400`);
    }
    if (collection.featureId !== undefined) {
      const answer = await get(withQuery(featureUrl(collection), { crs: UNSUPPORTED }), GEOJSON);
      expect(answer.status === 400, `${answer.url}: status ${answer.status}, expected 400`);
    }
  });
}

async function checkAxes(report, collection) {
  await report.check(`crs: ${collection.id}: EPSG:4326 is latitude first`, async () => {
    const latitudeFirst = 'http://www.opengis.net/def/crs/EPSG/0/4326';
    skipUnless(collection.crs.includes(latitudeFirst) && collection.featureId !== undefined, 'not here');
    const [a, b] = await Promise.all([CRS84, latitudeFirst].map(async (crs) =>
      (await getOk(withQuery(featureUrl(collection), { crs }), GEOJSON)).json().geometry));
    const first = (geometry) => geometry.coordinates.flat(Infinity).slice(0, 2);
    expect(first(a).join() === first(b).reverse().join(), `${first(a)} and ${first(b)}`);
  });
}

export async function checkCrs(report, context) {
  if (!context.classes.includes(CLASS)) {
    await report.check('crs: the class is declared', async () => skipUnless(false, 'it is not'));
    return;
  }
  for (const collection of context.collections.filter((one) => one.itemsUrl)) {
    await checkDiscovery(report, collection);
    for (const crs of (collection.crs ?? []).filter((one) => one !== '#/crs').slice(0, TRIED_MAX)) {
      await checkSystem(report, collection, crs);
    }
    await checkDefaults(report, collection);
    await checkAxes(report, collection);
  }
}
