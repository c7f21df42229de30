// SPDX-License-Identifier: AGPL-3.0-or-later
// Where a new contribution is: tapped on the map, at the map's middle (for the keyboard), from the
// phone's GPS, or typed. A line or a surface is a series of such positions.

import type { Geometry } from 'geojson';
import { h, icon, ICONS } from './dom';
import type { Draft } from './drafts';
import { round } from './geometry';
import { number, plural, t } from './i18n';
import { announce } from './live';
import type { MapView } from './map_view';
import type { LonLat } from './types';

const NEEDED: Record<string, number> = { Point: 1, LineString: 2, Polygon: 3 };

/** The simple shapes a person can draw for the geometry types of a collection. */
export function shapesOf(geometryTypes: string[]): string[] {
  const simple = geometryTypes.map((type) => type.replace(/^Multi/, ''));
  return Object.keys(NEEDED).filter((shape) => simple.includes(shape));
}

/** The drawn shape, or null when positions are missing. */
export function geometryOf(draft: Draft, geometryTypes: string[]): Geometry | null {
  const { shape, vertices } = draft;
  const [first] = vertices;
  if (!first || vertices.length < (NEEDED[shape] ?? 1)) {
    return null;
  }
  const multi = !geometryTypes.includes(shape);
  if (shape === 'Point') {
    return multi ? { type: 'MultiPoint', coordinates: [first] } : { type: 'Point', coordinates: first };
  }
  if (shape === 'LineString') {
    return multi
      ? { type: 'MultiLineString', coordinates: [vertices] }
      : { type: 'LineString', coordinates: vertices };
  }
  const ring = [...vertices, first];
  return multi ? { type: 'MultiPolygon', coordinates: [[ring]] } : { type: 'Polygon', coordinates: [ring] };
}

export class PositionField {
  readonly element = h('fieldset', { class: 'field position', 'data-field': 'geometry', id: 'position' });
  private reason: string | null = null;

  constructor(
    private readonly draft: Draft,
    private readonly shapes: string[],
    private readonly map: MapView | null,
    private readonly changed: () => void,
  ) {
    if (!shapes.includes(draft.shape)) {
      draft.shape = shapes[0] ?? 'Point';
      draft.vertices = [];
    }
    this.render();
    map?.startDrawing(draft, (position) => this.take(position), () => this.moved());
  }

  stop(): void {
    this.map?.stopDrawing();
  }

  fail(reason: string | null): void {
    this.reason = reason;
    this.render();
  }

  focus(): void {
    this.element.querySelector<HTMLElement>('button, input')?.focus();
  }

  private take(position: LonLat): void {
    const { draft } = this;
    if (draft.shape === 'Point') {
      draft.vertices = [round(position)];
    } else {
      draft.vertices.push(round(position));
    }
    this.moved();
  }

  private moved(): void {
    this.reason = null;
    this.map?.redrawDrawing();
    this.render();
    this.changed();
    announce(this.summary());
  }

  private summary(): string {
    const { vertices, shape } = this.draft;
    const last = vertices[vertices.length - 1];
    if (!last) {
      return t('position.none');
    }
    const place = `${number(last[1])} ; ${number(last[0])}`;
    return shape === 'Point' ? t('position.at', { place }) : plural('position.count', vertices.length);
  }

  private render(): void {
    // The control that was used keeps the focus although it is drawn anew.
    const focused = this.element.contains(document.activeElement) ? document.activeElement?.id : undefined;
    const opened = this.element.querySelector('details')?.open ?? this.map === null;
    this.element.classList.toggle('invalid', this.reason !== null);
    this.element.replaceChildren(
      h('legend', null, t('position.title'), h('span', { class: 'required' }, ` ${t('form.required')}`)),
      h('p', { class: 'note' }, this.map ? t('position.help') : t('position.help_no_map')),
      this.shapeChoice() ?? '',
      this.buttons(),
      h('p', { id: 'position-summary', class: 'summary' }, this.summary()),
      this.typed(opened),
      h('p', { class: 'error', id: 'position-error' }, this.reason),
    );
    if (focused) {
      document.getElementById(focused)?.focus();
    }
  }

  private shapeChoice(): HTMLElement | null {
    if (this.shapes.length < 2) {
      return null;
    }
    const names: Record<string, string> = {
      Point: t('shape.point'), LineString: t('shape.line'), Polygon: t('shape.polygon'),
    };
    return h('div', { class: 'row', role: 'group', 'aria-label': t('shape.title') },
      this.shapes.map((shape) =>
        h('label', { class: 'check' },
          h('input', {
            type: 'radio', name: 'shape', id: `shape-${shape}`, checked: shape === this.draft.shape,
            onchange: () => this.reshape(shape),
          }),
          names[shape] ?? shape)));
  }

  private reshape(shape: string): void {
    this.draft.shape = shape;
    this.draft.vertices = this.draft.vertices.slice(0, shape === 'Point' ? 1 : undefined);
    this.moved();
  }

  private buttons(): HTMLElement {
    const many = this.draft.shape !== 'Point';
    return h(
      'div',
      { class: 'row' },
      h('button', { type: 'button', id: 'position-gps', onclick: () => this.locate() },
        icon(ICONS.locate), t('position.gps')),
      this.map &&
        h('button', { type: 'button', id: 'position-centre',
          onclick: () => this.map && this.take(this.map.centre()) },
          icon(ICONS.target), many ? t('position.centre_more') : t('position.centre')),
      many && this.draft.vertices.length > 0 &&
        h('button', { type: 'button', id: 'position-undo', onclick: () => this.undo() },
          icon(ICONS.undo), t('position.undo')),
      this.map && !many && this.draft.vertices.length > 0 &&
        h('button', { type: 'button', id: 'position-move', onclick: () => this.map?.focusDrawing() },
          t('position.move')),
    );
  }

  private undo(): void {
    this.draft.vertices.pop();
    this.moved();
    this.focus();
  }

  private typed(open: boolean): HTMLElement {
    const [lon, lat] = this.draft.vertices[this.draft.vertices.length - 1] ?? ['', ''];
    const input = (id: string, name: string, value: number | string): HTMLElement =>
      h('div', null, h('label', { for: id }, name),
        h('input', { id, type: 'text', inputmode: 'decimal', autocomplete: 'off', value: String(value),
          'aria-describedby': 'position-error' }));
    return h(
      'details',
      { open },
      h('summary', null, t('position.type')),
      h('div', { class: 'row typed' },
        input('position-lat', t('position.lat'), lat),
        input('position-lon', t('position.lon'), lon),
        h('button', { type: 'button', id: 'position-use', onclick: () => this.useTyped() },
          t('position.use'))),
    );
  }

  private useTyped(): void {
    const read = (id: string): number => {
      const text = this.element.querySelector<HTMLInputElement>(`#${id}`)?.value ?? '';
      return text.trim() === '' ? NaN : Number(text.trim().replace(',', '.'));
    };
    const lat = read('position-lat');
    const lon = read('position-lon');
    if (!(Math.abs(lat) <= 90) || !(Math.abs(lon) <= 180)) {
      const typed = [lat, lon].map((value) => (Number.isNaN(value) ? '' : String(value)));
      this.fail(t('position.bad'));
      announce(t('position.bad'));
      ['position-lat', 'position-lon'].forEach((id, index) => {
        const field = this.element.querySelector<HTMLInputElement>(`#${id}`);
        if (field) {
          field.value = typed[index] ?? '';
        }
      });
      return;
    }
    this.take([lon, lat]);
    this.map?.goTo({ box: [lon, lat, lon, lat], anchor: [lon, lat] });
  }

  private locate(): void {
    announce(t('position.searching'));
    locate().then(
      (position) => {
        this.take(position);
        this.map?.goTo({ box: [...position, ...position], anchor: position });
      },
      (reason: Error) => this.fail(reason.message),
    );
  }
}

/** Where the device is; the error says in words why it is not known. */
export function locate(): Promise<LonLat> {
  return new Promise((resolve, reject) => {
    // Browsers give positions to https pages (and to this very machine) only.
    if (!('geolocation' in navigator) || !window.isSecureContext) {
      reject(new Error(t('gps.unavailable')));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve([coords.longitude, coords.latitude]),
      (error) => reject(new Error(t(error.code === error.PERMISSION_DENIED ? 'gps.denied' : 'gps.failed'))),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 10000 },
    );
  });
}
