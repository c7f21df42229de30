// SPDX-License-Identifier: AGPL-3.0-or-later
// The place of a new contribution on the map: a pin that is dragged or moved by arrow keys, or the
// corners of a line or surface.

import maplibregl, { type GeoJSONSource } from 'maplibre-gl';
import type { Feature } from 'geojson';
import { h } from './dom';
import type { Draft } from './drafts';
import { round } from './geometry';
import type { MapWords } from './map_view';
import type { LonLat } from './types';

const COLOR = '#b3261e';
const STEP_PX = 10;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class Drawing {
  private draft: Draft | null = null;
  private tapped: (position: LonLat) => void = () => undefined;
  private dragged: () => void = () => undefined;
  private readonly pin: HTMLButtonElement;
  private readonly marker: maplibregl.Marker;

  constructor(
    private readonly map: maplibregl.Map,
    private readonly words: MapWords,
  ) {
    this.pin = h('button', { type: 'button', class: 'pin', id: 'pin' });
    this.pin.addEventListener('keydown', (event) => this.nudge(event));
    // A tap on the pin is no tap on the map under it.
    this.pin.addEventListener('click', (event) => event.stopPropagation());
    this.marker = new maplibregl.Marker({ element: this.pin, draggable: true, anchor: 'bottom' });
    this.marker.on('dragend', () => {
      const { lng, lat } = this.marker.getLngLat();
      this.place([lng, lat]);
    });
  }

  get active(): boolean {
    return this.draft !== null;
  }

  addLayers(): void {
    this.map.addSource('drawing', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    this.map.addLayer({
      id: 'drawing-line',
      type: 'line',
      source: 'drawing',
      paint: { 'line-color': COLOR, 'line-width': 3, 'line-dasharray': [2, 1] },
    });
    this.map.addLayer({
      id: 'drawing-point',
      type: 'circle',
      source: 'drawing',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-radius': 6, 'circle-color': '#fff', 'circle-stroke-color': COLOR, 'circle-stroke-width': 3 },
    });
    this.redraw();
  }

  start(draft: Draft, tapped: (position: LonLat) => void, dragged: () => void): void {
    this.draft = draft;
    this.tapped = tapped;
    this.dragged = dragged;
    this.map.getContainer().classList.add('drawing');
    this.redraw();
  }

  stop(): void {
    this.draft = null;
    this.map.getContainer().classList.remove('drawing');
    this.redraw();
  }

  tap(position: LonLat): void {
    this.tapped(position);
  }

  focus(): void {
    this.pin.focus();
  }

  private place(position: LonLat): void {
    if (this.draft) {
      this.draft.vertices = [round(position)];
      this.dragged();
    }
  }

  /** Arrows move by ten pixels, with Shift by one: the nearer one looks, the finer the step. */
  private nudge(event: KeyboardEvent): void {
    const direction = ARROWS[event.key];
    const position = this.draft?.vertices[0];
    if (!direction || !position) {
      return;
    }
    // Else the map would move as well.
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 1 : STEP_PX;
    const { x, y } = this.map.project(position);
    const { lng, lat } = this.map.unproject([x + direction[0] * step, y + direction[1] * step]);
    this.place([lng, lat]);
    this.keepInSight([lng, lat]);
  }

  private keepInSight(position: LonLat): void {
    if (!this.map.getBounds().contains(position)) {
      this.map.easeTo({ center: position });
    }
  }

  redraw(): void {
    this.redrawPin();
    const source = this.map.getSource<GeoJSONSource>('drawing');
    source?.setData({ type: 'FeatureCollection', features: this.draft ? this.features(this.draft) : [] });
  }

  private redrawPin(): void {
    const position = this.draft?.shape === 'Point' ? this.draft.vertices[0] : undefined;
    this.map.getContainer().classList.toggle('placed', position !== undefined);
    if (!position) {
      this.marker.remove();
      return;
    }
    this.pin.setAttribute('aria-label', this.words.pin(position));
    this.marker.setLngLat(position).addTo(this.map);
  }

  private features(draft: Draft): Feature[] {
    if (draft.shape === 'Point') {
      return [];
    }
    const { vertices } = draft;
    const corners: Feature[] = vertices.map((coordinates) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates },
      properties: {},
    }));
    const [first] = vertices;
    if (!first || vertices.length < 2) {
      return corners;
    }
    const closed = draft.shape === 'Polygon' && vertices.length > 2;
    const line: Feature = {
      type: 'Feature',
      geometry: { type: 'LineString', coordinates: closed ? [...vertices, first] : vertices },
      properties: {},
    };
    return [line, ...corners];
  }
}
