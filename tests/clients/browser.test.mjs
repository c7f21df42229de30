// SPDX-License-Identifier: AGPL-3.0-or-later
// The demo map in pages that others write: Leaflet, OpenLayers and MapLibre as they come, in a page
// of another origin, each held against the program's own counts. JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';
import { launch, newPage } from '../web/browser.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const libraries = {
  '/leaflet.js': 'node_modules/leaflet/dist/leaflet.js',
  '/leaflet.css': 'node_modules/leaflet/dist/leaflet.css',
  '/ol.js': 'node_modules/ol/dist/ol.js',
  '/ol.css': 'node_modules/ol/ol.css',
  '/maplibre.js': '../../src/web/node_modules/maplibre-gl/dist/maplibre-gl.js',
  '/maplibre.css': '../../src/web/node_modules/maplibre-gl/dist/maplibre-gl.css',
};
const TYPES = { '.js': 'text/javascript', '.css': 'text/css' };
const MIDDLE = [3.8767, 43.6108]; // of the town

const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-pages-'));
let server;
let pages;
let browser;
let map; // the address of the demo map: all that these pages know

/** A server of nothing but the libraries and an empty page. */
function serveLibraries() {
  const own = http.createServer((request, response) => {
    const file = libraries[request.url];
    response.writeHead(200, { 'Content-Type': file ? TYPES[path.extname(file)] : 'text/html; charset=utf-8' });
    response.end(file ? fs.readFileSync(path.join(here, file)) : '<!doctype html><title>Page</title>');
  });
  return new Promise((resolve) => own.listen(0, '127.0.0.1', () => resolve(own)));
}

before(async () => {
  execFileSync(process.env.JALON, ['demo', '--data', data]);
  server = await serve(process.env.JALON, data);
  map = `http://127.0.0.1:${server.port}/maps/montpellier`;
  pages = await serveLibraries();
  browser = await launch();
});

after(async () => {
  await browser.close();
  pages.close();
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

async function openPage(library) {
  const { page, context } = await newPage(browser, { viewport: { width: 800, height: 600 } });
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  await page.goto(`http://127.0.0.1:${pages.address().port}/`);
  await page.setContent(`<!doctype html><link rel="stylesheet" href="/${library}.css">
    <div id="map" style="position:absolute;inset:0"></div><script src="/${library}.js"></script>`);
  await page.waitForFunction((name) => name in globalThis, { leaflet: 'L', ol: 'ol', maplibre: 'maplibregl' }[library]);
  return { page, context, wrong };
}

/** All contributions of a collection in a box, as the list of the program has them. */
async function list(collection, box) {
  const answer = await fetch(`${map}/collections/${collection}/items?f=json&limit=10000&bbox=${box.join(',')}`);
  const found = await answer.json();
  assert.equal(found.features.length, found.numberMatched);
  return found.features.map((each) => each.id).sort();
}

test('Leaflet draws the items of a box, page after page, and others after a move', async () => {
  const { page, context, wrong } = await openPage('leaflet');
  await page.evaluate(([root, [lon, lat]]) => {
    const view = L.map('map', { zoomControl: false, zoomAnimation: false, fadeAnimation: false });
    const layer = L.geoJSON(null, {
      pointToLayer: (feature, place) => L.circleMarker(place, { radius: 4 }),
      onEachFeature: (feature, drawn) => drawn.bindPopup(feature.properties.title ?? ''),
    }).addTo(view);
    view.on('moveend', async () => {
      globalThis.done = false;
      layer.clearLayers();
      let url = `${root}/collections/accessibility/items?f=json&limit=200&bbox=${view.getBounds().toBBoxString()}`;
      while (url) {
        const found = await (await fetch(url)).json();
        layer.addData(found);
        url = found.links.find((each) => each.rel === 'next')?.href;
      }
      globalThis.done = true;
    });
    view.setView([lat, lon], 16);
    Object.assign(globalThis, { view, layer });
  }, [map, MIDDLE]);
  const compare = async () => {
    await page.waitForFunction(() => globalThis.done);
    const box = await page.evaluate(() => globalThis.view.getBounds().toBBoxString().split(',').map(Number));
    const expected = await list('accessibility', box);
    const drawn = await page.evaluate(() => globalThis.layer.getLayers().map((each) => each.feature.id).sort());
    assert.deepEqual(drawn, expected);
    // Circles on the screen: one that is outside has an empty path.
    const circles = await page.locator('path.leaflet-interactive:not([d="M0 0"])').count();
    assert.equal(circles, expected.length);
    return expected.length;
  };
  const first = await compare();
  assert.ok(first > 200, `${first} contributions are more than a page`);
  await page.evaluate(() => {
    globalThis.done = false;
    globalThis.view.panBy([500, 0], { animate: false });
  });
  assert.ok((await compare()) > 0);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('OpenLayers draws the items of the boxes that it looks at', async () => {
  const { page, context, wrong } = await openPage('ol');
  await page.evaluate(([root, middle]) => {
    const source = new ol.source.Vector({
      format: new ol.format.GeoJSON(),
      strategy: ol.loadingstrategy.bbox,
      url: (extent) => {
        const box = ol.proj.transformExtent(extent, 'EPSG:3857', 'EPSG:4326');
        return `${root}/collections/initiatives/items?f=json&limit=10000&bbox=${box.join(',')}`;
      },
    });
    const view = new ol.Map({
      target: 'map',
      layers: [new ol.layer.Vector({ source })],
      view: new ol.View({ center: ol.proj.fromLonLat(middle), zoom: 16 }),
    });
    view.on('rendercomplete', () => (globalThis.done = source.getState() === 'ready' && source.getFeatures().length > 0));
    Object.assign(globalThis, { view, source });
  }, [map, MIDDLE]);
  await page.waitForFunction(() => globalThis.done);
  const seen = await page.evaluate(() => {
    const extent = view.getView().calculateExtent();
    const ids = source.getFeaturesInExtent(extent).map((each) => each.getId()).sort();
    // Each is drawn where it is.
    const hits = source.getFeaturesInExtent(extent).filter((each) => view.hasFeatureAtPixel(
      view.getPixelFromCoordinate(each.getGeometry().getFirstCoordinate()))).length;
    return { ids, hits, box: ol.proj.transformExtent(extent, 'EPSG:3857', 'EPSG:4326') };
  });
  const expected = await list('initiatives', seen.box);
  assert.ok(expected.length > 50, `${expected.length}`);
  assert.deepEqual(seen.ids, expected);
  assert.equal(seen.hits, expected.length);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('OpenLayers reads the tile set of OGC API Tiles and draws its tiles', async () => {
  const { page, context, wrong } = await openPage('ol');
  await page.evaluate(([root, middle]) => {
    const source = new ol.source.OGCVectorTile({
      url: `${root}/tiles/WebMercatorQuad`,
      format: new ol.format.MVT(),
    });
    const layer = new ol.layer.VectorTile({ source });
    const view = new ol.Map({
      target: 'map', layers: [layer],
      view: new ol.View({ center: ol.proj.fromLonLat(middle), zoom: 18 }),
    });
    view.on('rendercomplete', () => {
      globalThis.done = layer.getFeaturesInExtent(view.getView().calculateExtent()).length > 0;
    });
    Object.assign(globalThis, { view, source, layer });
  }, [map, MIDDLE]);
  await page.waitForFunction(() => globalThis.done);
  const seen = await page.evaluate(async () => {
    const extent = view.getView().calculateExtent();
    const found = { accessibility: new Set(), initiatives: new Set() };
    let missed = 0;
    for (const each of layer.getFeaturesInExtent(extent)) {
      const place = each.getFlatCoordinates();
      if (each.getType() === 'Point' && ol.extent.containsCoordinate(extent, place)) {
        found[each.get('layer')].add(each.get('id'));
        // Something is drawn where it is; of several in one place OpenLayers tells the uppermost.
        const there = await layer.getFeatures(view.getPixelFromCoordinate(place));
        missed += there.length > 0 ? 0 : 1;
      }
    }
    return {
      accessibility: [...found.accessibility].sort(), initiatives: [...found.initiatives].sort(), missed,
      box: ol.proj.transformExtent(extent, 'EPSG:3857', 'EPSG:4326'),
    };
  });
  assert.equal(seen.missed, 0);
  for (const collection of ['accessibility', 'initiatives']) {
    const expected = await list(collection, seen.box);
    assert.ok(expected.length > 0, collection);
    assert.deepEqual(seen[collection], expected, collection);
  }
  assert.deepEqual(wrong, []);
  await context.close();
});

/** A map of MapLibre without anything of ours but the style. */
async function maplibre(page, style, zoom, place = MIDDLE) {
  await page.evaluate(([aStyle, aZoom, center]) => {
    const view = new maplibregl.Map({
      container: 'map', style: aStyle, center, zoom: aZoom, fadeDuration: 0, attributionControl: false,
    });
    view.on('idle', () => (globalThis.done = true));
    globalThis.view = view;
  }, [style, zoom, place]);
  await page.waitForFunction(() => globalThis.done);
}

/** What is drawn of a collection: ids of points in sight, and how many contributions all points stand for. */
function rendered(page, collection) {
  return page.evaluate((layer) => {
    const bounds = view.getBounds();
    const ids = new Set();
    const clusters = new Map();
    for (const each of view.queryRenderedFeatures().filter((one) => one.sourceLayer === layer)) {
      const place = each.geometry.coordinates;
      if (each.geometry.type === 'Point' && bounds.contains(place)) {
        if (each.properties.id === undefined) {
          clusters.set(place.join(), each.properties.point_count);
        } else {
          ids.add(each.properties.id);
        }
      }
    }
    return {
      ids: [...ids].sort(),
      count: [...clusters.values()].reduce((sum, one) => sum + one, ids.size),
      box: bounds.toArray().flat(),
    };
  }, collection);
}

for (const style of ['collections', 'categories']) {
  test(`MapLibre draws the style "${style}" from its address`, async () => {
    const { page, context, wrong } = await openPage('maplibre');
    await maplibre(page, `${map}/styles/${style}`, 18);
    const seen = await rendered(page, 'accessibility');
    const expected = await list('accessibility', seen.box);
    assert.ok(expected.length > 10);
    assert.deepEqual(seen.ids, expected);
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test('MapLibre draws the TileJSON; at low zooms its points add up to all contributions', async () => {
  const { page, context, wrong } = await openPage('maplibre');
  const style = {
    version: 8,
    sources: { jalon: { type: 'vector', url: `${map}/tilejson` } },
    layers: [{ id: 'dots', type: 'circle', source: 'jalon', 'source-layer': 'initiatives' }],
  };
  await maplibre(page, style, 10);
  const { numberMatched } = await (await fetch(`${map}/collections/initiatives/items?f=json&limit=1`)).json();
  const { count, ids } = await rendered(page, 'initiatives');
  assert.equal(count, numberMatched);
  assert.ok(ids.length < numberMatched / 2, 'they are drawn together');
  assert.deepEqual(wrong, []);
  await context.close();
});
