// SPDX-License-Identifier: AGPL-3.0-or-later
// OGC API Tiles (20-057) and the tile matrix sets it stands on (17-083r4): from the landing page to a
// tile, by links alone.
import { expect, expectTypedLinks, get, getOk, link, skipUnless } from './suite.mjs';

const CLASS = 'http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core';
const TILESETS = 'http://www.opengis.net/def/rel/ogc/1.0/tilesets-';
const VARIABLES = ['tileMatrix', 'tileRow', 'tileCol'];
const FAR = 2147483647;

const fill = (template, values) =>
  VARIABLES.reduce((url, name) => url.replace(`{${name}}`, values[name]), template);

const findTemplate = (links) => (links ?? []).find((one) =>
  VARIABLES.every((name) => one.href.includes(`{${name}}`)));

async function checkTile(url, type) {
  const answer = await get(url, type);
  expect([200, 204].includes(answer.status), `${url}: status ${answer.status}, expected 200 or 204`);
  if (answer.status === 200) {
    expect((answer.headers['content-type'] ?? '').startsWith(type), `${url}: ${answer.headers['content-type']}`);
  }
}

async function checkSet(report, about, entry) {
  const self = link(entry.links, 'self', 'application/json');
  const set = await report.check(`${about}: the tile set is linked, typed, and says the same`, async () => {
    expect(self, 'no link self of type application/json');
    const document = (await getOk(self.href)).json();
    for (const member of ['dataType', 'crs', 'tileMatrixSetURI']) {
      expect(document[member] === entry[member], `${member} differs`);
    }
    expectTypedLinks(document.links, self.href);
    expect(link(document.links, 'http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme'), 'no link tiling-scheme');
    return document;
  });
  const template = await report.check(`${about}: a template has the three variables`, async () => {
    const found = findTemplate(set?.links);
    expect(found, 'there is none');
    expect(found.rel === 'item' && found.templated === true && found.type, JSON.stringify(found));
    return found;
  });
  if (!set || !template) {
    return;
  }
  await report.check(`${about}: the tile matrix set is described`, async () => {
    const scheme = link(set.links, 'http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme');
    const document = (await getOk(scheme.href)).json();
    expect(document.uri === entry.tileMatrixSetURI, `its uri is ${document.uri}`);
    for (const matrix of document.tileMatrices) {
      for (const member of ['scaleDenominator', 'cellSize', 'tileWidth', 'tileHeight', 'matrixWidth', 'matrixHeight']) {
        expect(matrix[member] > 0, `matrix ${matrix.id}: ${member} is ${matrix[member]}`);
      }
      expect(matrix.pointOfOrigin?.length === 2, `matrix ${matrix.id}: no pointOfOrigin`);
    }
  });
  await report.check(`${about}: tiles within the limits answer, others are not found`, async () => {
    const limits = entry.tileMatrixSetLimits ?? set.tileMatrixSetLimits;
    expect(Array.isArray(limits) && limits.length > 0, 'there are no tileMatrixSetLimits');
    for (const one of limits) {
      const inside = { tileMatrix: one.tileMatrix, tileRow: one.maxTileRow, tileCol: one.minTileCol };
      await checkTile(fill(template.href, inside), template.type);
      const outside = await get(fill(template.href, { ...inside, tileRow: one.maxTileRow + 1 }), template.type);
      expect([400, 404].includes(outside.status), `a row too many: status ${outside.status}`);
    }
    for (const wrong of [{ tileMatrix: 3, tileRow: FAR, tileCol: FAR }, { tileMatrix: 'x', tileRow: 0, tileCol: 0 }, { tileMatrix: 3, tileRow: -1, tileCol: 0 }]) {
      const answer = await get(fill(template.href, wrong), template.type);
      expect([400, 404].includes(answer.status), `${JSON.stringify(wrong)}: status ${answer.status}`);
    }
  });
}

async function checkList(report, about, url) {
  const list = await report.check(`${about}: the list of tile sets`, async () => {
    const document = (await getOk(url)).json();
    expect(Array.isArray(document.tilesets) && document.tilesets.length > 0, 'there are none');
    for (const entry of document.tilesets) {
      expect(entry.tileMatrixSetURI, 'a tile set without tileMatrixSetURI');
      expect(entry.dataType && entry.crs, 'a tile set without dataType or crs');
      expectTypedLinks(entry.links, url);
      expect(entry.links.some((one) => one.href.includes('f=json')), 'no link with f=json');
    }
    return document;
  });
  for (const entry of list?.tilesets ?? []) {
    await checkSet(report, about, entry);
  }
}

export async function checkTiles(report, context) {
  if (!context.classes.includes(CLASS)) {
    await report.check('tiles: the class is declared', async () => skipUnless(false, 'it is not'));
    return;
  }
  await report.check('tiles: operations are named as the standard does', async () => {
    const ids = Object.values(context.api.paths).map((one) => one.get?.operationId ?? '');
    for (const end of ['.dataset.vector.getTileSetsList', '.dataset.vector.getTileSet', '.dataset.vector.getTile',
      '.collection.vector.getTileSetsList', '.collection.vector.getTileSet', '.collection.vector.getTile']) {
      expect(ids.some((id) => id.endsWith(end)), `no operationId ends in ${end}`);
    }
  });
  const dataset = context.landing.links.filter((one) => one.rel.startsWith(TILESETS));
  await report.check('tiles: the landing page links to tile sets', async () => {
    expect(dataset.some((one) => /tilesets-(vector|map|coverage)$/.test(one.rel)), 'it does not');
  });
  for (const one of dataset) {
    await checkList(report, 'tiles: all', one.href);
  }
  for (const collection of context.collections) {
    await report.check(`tiles: ${collection.id}: it links to its tile sets`, async () => {
      const found = collection.links.find((one) => one.rel.startsWith(TILESETS));
      expect(found && /\/tiles($|\?)/.test(found.href), `${found?.href}`);
    });
    const found = collection.links.find((one) => one.rel.startsWith(TILESETS));
    if (found) {
      await checkList(report, `tiles: ${collection.id}`, found.href);
    }
  }
}
