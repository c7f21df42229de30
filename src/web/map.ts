// SPDX-License-Identifier: AGPL-3.0-or-later
// The map, drawn by MapLibre GL. A bundle of its own: see map_view.ts.
//
// From below to above: territories, base map, contributions, the selected one, what is being drawn. The territories lie under the tiles, so a tile that does not arrive
// shows them without anything having to notice.

import maplibregl, { type GeoJSONSource, type MapMouseEvent, type StyleSpecification } from 'maplibre-gl';
import type { Feature, FeatureCollection } from 'geojson';
import { ContributionLayers } from './contribution_layers';
import { Drawing } from './drawing';
import type { Draft } from './drafts';
import { anchorOf, boxOf } from './geometry';
import type { MapEvents, MapView, MapWords } from './map_view';
import type { Place } from './route';
import type { Entry, State } from './state';
import { nearestFirst, type Cluster, type Target } from './targets';
import type { BaseMap, Box, LonLat } from './types';

const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] };
const CLOSE_ZOOM = 16;
// Fingers are less exact than a mouse.
const TOUCH_PX = 18;
const MOUSE_PX = 6;
// Tiles that did not come by then are not waited for any longer.
const BASE_PATIENCE_MS = 4000;
const INK = '#17302e';

function emptyStyle(): StyleSpecification {
  return {
    version: 8,
    sources: {
      territories: { type: 'geojson', data: NOTHING },
      'territory-names': { type: 'geojson', data: NOTHING },
      selected: { type: 'geojson', data: NOTHING },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': '#eef0ea' } },
      {
        id: 'territories',
        type: 'fill',
        source: 'territories',
        paint: { 'fill-color': '#fbfaf6', 'fill-opacity': 0.75 },
      },
      {
        id: 'territory-limits',
        type: 'line',
        source: 'territories',
        paint: { 'line-color': '#9aa8a0', 'line-width': ['coalesce', ['get', 'width'], 1] },
      },
      {
        id: 'territory-names',
        type: 'symbol',
        source: 'territory-names',
        // Without a glyph server MapLibre draws letters with the fonts of the device.
        layout: {
          'text-field': ['get', 'name'],
          'text-font': ['sans-serif'],
          'text-size': 12,
          'text-max-width': 8,
          'symbol-sort-key': ['get', 'rank'],
        },
        paint: { 'text-color': '#5c6b64', 'text-halo-color': '#fbfaf6', 'text-halo-width': 1.5 },
      },
      {
        id: 'selected-line',
        type: 'line',
        source: 'selected',
        filter: ['!=', ['geometry-type'], 'Point'],
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': INK, 'line-width': 9, 'line-opacity': 0.35 },
      },
      {
        id: 'selected-shape',
        type: 'line',
        source: 'selected',
        filter: ['!=', ['geometry-type'], 'Point'],
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': ['get', 'color'], 'line-width': 4 },
      },
      {
        id: 'selected-point',
        type: 'circle',
        source: 'selected',
        filter: ['==', ['geometry-type'], 'Point'],
        paint: {
          'circle-radius': 13,
          'circle-color': INK,
          'circle-opacity': 0.12,
          'circle-stroke-color': INK,
          'circle-stroke-width': 3,
        },
      },
      {
        // Itself as well: it may be new and in no tile yet, or one of many in a cluster.
        id: 'selected-dot',
        type: 'circle',
        source: 'selected',
        filter: ['==', ['geometry-type'], 'Point'],
        paint: {
          'circle-radius': 7,
          'circle-color': ['get', 'color'],
          'circle-stroke-color': '#ffffff',
          'circle-stroke-width': 1.5,
        },
      },
    ],
  };
}

class MapLibreView implements MapView {
  private readonly map: maplibregl.Map;
  private readonly drawing: Drawing;
  private readonly layers: ContributionLayers;
  private ready = false;
  private selected: Entry | null = null;
  private base: BaseMap | null = null;
  private territories: FeatureCollection | null = null;
  private baseArrived = false;
  private baseTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    container: HTMLElement,
    private readonly state: State,
    place: Place | null,
    private readonly events: MapEvents,
    private readonly words: MapWords,
  ) {
    const where = place
      ? { center: place.centre, zoom: place.zoom }
      : { bounds: state.map.bbox, fitBoundsOptions: { padding: 16 } };
    this.map = new maplibregl.Map({
      container,
      style: emptyStyle(),
      ...where,
      // Attribution and buttons are the page's own: in the reader's language, without HTML in strings.
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      maxZoom: 21,
      locale: { 'Map.Title': words.label() },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.drawing = new Drawing(this.map, words);
    this.layers = new ContributionLayers(this.map, state, 'selected-line', (drawn) => events.drawn(drawn));
    this.listen();
  }

  private listen(): void {
    const { map } = this;
    map.on('load', () => {
      this.ready = true;
      this.drawing.addLayers();
      this.applyBase();
      this.applyTerritories();
      this.update();
      this.highlight(this.selected);
      this.report();
    });
    map.on('moveend', () => this.report());
    map.on('click', (event) => this.clicked(event));
    map.on('mousemove', (event) => this.hovered(event));
    map.on('sourcedata', (event) => {
      if (event.sourceId === 'base' && event.tile?.state === 'loaded') {
        this.baseArrived = true;
      }
    });
    // A tile that fails is no news for the reader; a base map of which nothing arrives is.
    map.on('error', (event: { sourceId?: string }) => {
      if (event.sourceId === 'base') {
        this.missBase();
      }
    });
  }

  private missBase(): void {
    if (this.base && !this.baseArrived) {
      this.events.baseMissing();
    }
  }

  private report(): void {
    const bounds = this.map.getBounds();
    const { lng, lat } = this.map.getCenter();
    const window: Box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    this.events.moved(window, { zoom: this.map.getZoom(), centre: [lng, lat] });
  }

  // --- Contributions ---

  update(): void {
    if (this.ready) {
      void this.layers.update();
    }
  }

  reload(): void {
    if (this.ready) {
      this.layers.reload();
    }
  }

  private setData(source: string, data: FeatureCollection): void {
    this.map.getSource<GeoJSONSource>(source)?.setData(data);
  }

  highlight(entry: Entry | null): void {
    this.selected = entry;
    if (!this.ready) {
      return;
    }
    const geometry = entry?.item.geometry;
    this.setData('selected', {
      type: 'FeatureCollection',
      features: geometry && entry
        ? [{ type: 'Feature', geometry, properties: { color: this.state.color(entry) } }]
        : [],
    });
  }

  private at(event: MapMouseEvent): Target[] {
    if (!this.ready) {
      return [];
    }
    const touch = 'pointerType' in event.originalEvent
      ? event.originalEvent.pointerType !== 'mouse'
      : matchMedia('(pointer: coarse)').matches;
    const reach = touch ? TOUCH_PX : MOUSE_PX;
    const { x, y } = event.point;
    const features = this.layers.within([[x - reach, y - reach], [x + reach, y + reach]]);
    return nearestFirst(this.state, features, [event.lngLat.lng, event.lngLat.lat]);
  }

  private clicked(event: MapMouseEvent): void {
    if (this.drawing.active) {
      this.drawing.tap([event.lngLat.lng, event.lngLat.lat]);
      return;
    }
    const targets = this.at(event);
    const [first] = targets;
    if (first && 'expansionZoom' in first) {
      this.expand(first);
      return;
    }
    this.events.picked(targets.flatMap((each) => ('item' in each ? [each] : [])));
  }

  /** Nearer, to where a cluster falls apart; without being told where that is, two steps nearer. */
  private expand({ anchor, expansionZoom }: Cluster): void {
    const zoom = this.map.getZoom();
    const most = this.map.getMaxZoom();
    const there = Math.max(expansionZoom ?? zoom + 2, Math.floor(zoom) + 1);
    this.map.easeTo({ center: anchor, zoom: Math.min(there, most) });
    if (zoom >= most) {
      this.events.crowded();
    }
  }

  private hovered(event: MapMouseEvent): void {
    const cursor = this.drawing.active ? 'crosshair' : this.at(event).length > 0 ? 'pointer' : '';
    this.map.getCanvas().style.cursor = cursor;
  }

  // --- Base map and territories ---

  setBase(base: BaseMap | null): void {
    this.base = base;
    if (this.ready) {
      this.applyBase();
    }
  }

  private applyBase(): void {
    const { map, base } = this;
    clearTimeout(this.baseTimer);
    this.baseArrived = false;
    if (map.getLayer('base')) {
      map.removeLayer('base');
      map.removeSource('base');
    }
    if (!base) {
      this.events.baseMissing();
      return;
    }
    map.addSource('base', {
      type: 'raster',
      tiles: [base.url],
      tileSize: 256,
      maxzoom: base.max_zoom ?? 19,
    });
    map.addLayer(
      {
        id: 'base',
        type: 'raster',
        source: 'base',
        // Paler than published: the contributions are what one came for.
        paint: { 'raster-saturation': -0.35, 'raster-contrast': -0.1, 'raster-brightness-min': 0.08 },
      },
      this.layers.lowest,
    );
    this.baseTimer = setTimeout(() => this.missBase(), BASE_PATIENCE_MS);
  }

  setTerritories(territories: FeatureCollection): void {
    this.territories = territories;
    if (this.ready) {
      this.applyTerritories();
    }
  }

  private applyTerritories(): void {
    if (!this.territories) {
      return;
    }
    const areas: Feature[] = [];
    const names: Feature[] = [];
    for (const each of this.territories.features) {
      if (!each.geometry) {
        continue;
      }
      const nested = Boolean(each.properties?.['parent']);
      areas.push({ ...each, properties: { width: nested ? 1 : 2 } });
      const box = boxOf(each.geometry);
      names.push({
        type: 'Feature',
        geometry: { type: 'Point', coordinates: anchorOf(each.geometry) },
        // Where names collide the larger territory keeps its own.
        properties: {
          name: String(each.properties?.['name'] ?? ''),
          rank: -(box[2] - box[0]) * (box[3] - box[1]),
        },
      });
    }
    this.setData('territories', { type: 'FeatureCollection', features: areas });
    this.setData('territory-names', { type: 'FeatureCollection', features: names });
  }

  // --- Moving ---

  goTo({ box, anchor }: { box: Box; anchor: LonLat }): void {
    if (box[0] === box[2] && box[1] === box[3]) {
      this.map.easeTo({ center: anchor, zoom: Math.max(this.map.getZoom(), CLOSE_ZOOM) });
    } else {
      this.map.fitBounds(box, { padding: 60, maxZoom: 18 });
    }
  }

  reveal({ anchor }: { box: Box; anchor: LonLat }): void {
    if (this.map.isMoving()) {
      return; // on its way already
    }
    const { x, y } = this.map.project(anchor);
    const { clientWidth, clientHeight } = this.map.getContainer();
    const margin = 40;
    if (x < margin || y < margin || x > clientWidth - margin || y > clientHeight - margin) {
      this.map.easeTo({ center: anchor });
    }
  }

  resize(): void {
    if (this.ready) {
      this.map.resize();
    }
  }

  zoomBy(steps: number): void {
    this.map.zoomTo(this.map.getZoom() + steps);
  }

  centre(): LonLat {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  // --- Drawing a new contribution ---

  startDrawing(draft: Draft, tapped: (position: LonLat) => void, dragged: () => void): void {
    this.drawing.start(draft, tapped, dragged);
    this.dim(true);
  }

  redrawDrawing(): void {
    this.drawing.redraw();
  }

  focusDrawing(): void {
    this.drawing.focus();
  }

  stopDrawing(): void {
    this.drawing.stop();
    this.dim(false);
  }

  /** What is there steps back while something new is placed. */
  private dim(on: boolean): void {
    this.layers.dim(on);
  }

  relabel(): void {
    this.map.getCanvas().setAttribute('aria-label', this.words.label());
    this.drawing.redraw();
  }
}

export function createMap(
  container: HTMLElement,
  state: State,
  place: Place | null,
  workerUrl: string,
  events: MapEvents,
  words: MapWords,
): MapView {
  // A worker from an address of ours: the policy needs no exception for blobs.
  maplibregl.setWorkerUrl(workerUrl);
  return new MapLibreView(container, state, place, events, words);
}
