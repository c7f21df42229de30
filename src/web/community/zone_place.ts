// SPDX-License-Identifier: AGPL-3.0-or-later
// Where a zone is: a territory of the map, a circle around a place, or its corners, which are typed, or
// tapped on the map, or set at the map's middle. All of it works without a map.

import type { MultiPolygon, Polygon } from 'geojson';
import { h } from '../dom';
import { round } from '../geometry';
import { number, plural, t, type Word } from '../i18n';
import { announce } from '../live';
import type { LonLat } from '../types';
import type { Territory } from './territories';
import type { Field } from './ui';

export type Area = Polygon | MultiPolygon;
type How = 'territory' | 'around' | 'corners';

/** What was typed; kept as it is, also when it is wrong. */
export interface ZonePlace {
  how: How;
  territory: string;
  lat: string;
  lon: string;
  radius: string;
  corners: string;
}

const CIRCLE_CORNERS = 32;
const METRES_PER_DEGREE = 111195;
const RADIUS_MAX = 50000;

export const EMPTY_PLACE: ZonePlace = { how: 'around', territory: '', lat: '', lon: '', radius: '200', corners: '' };

function toNumber(text: string): number {
  const clean = text.trim().replace(',', '.');
  return clean === '' ? NaN : Number(clean);
}

function isOnEarth([lon, lat]: LonLat): boolean {
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
}

/** "43.61 ; 3.87", "43,61 3,87", "43.61, 3.87": latitude first, as people write it; null: no position. */
export function readPosition(line: string): LonLat | null {
  const clean = line.trim();
  const parts = /[;\s]/.test(clean) ? clean.split(/[;\s]+/).map((each) => each.replace(/,$/, '')) : clean.split(',');
  const [lat, lon] = [toNumber(parts[0] ?? ''), toNumber(parts[1] ?? '')];
  return parts.length === 2 && isOnEarth([lon, lat]) ? round([lon, lat]) : null;
}

export function writePosition([lon, lat]: LonLat): string {
  return `${lat} ; ${lon}`;
}

function circle([lon, lat]: LonLat, radiusM: number): Polygon {
  const ring = Array.from({ length: CIRCLE_CORNERS }, (_, i): LonLat => {
    const angle = (2 * Math.PI * i) / CIRCLE_CORNERS;
    const up = radiusM / METRES_PER_DEGREE;
    const wide = up / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
    return round([lon + Math.cos(angle) * wide, lat + Math.sin(angle) * up]);
  });
  return { type: 'Polygon', coordinates: [[...ring, ring[0]!]] };
}

export interface ZonePlaceEvents {
  changed(): void;
  /** The middle of the map; null: there is none. */
  middle(): LonLat | null;
}

/** A part of the form: its value is the geometry as JSON, nothing while it is not one. */
export class ZonePlaceField implements Field {
  readonly options = { name: 'geometry' };
  readonly element = h('fieldset', { class: 'field zone-place' });
  private readonly error = h('p', { class: 'error', id: 'zone-place-error' });
  private readonly body = h('div', { class: 'zone-how' });

  constructor(readonly place: ZonePlace, private readonly territories: Territory[], private readonly events: ZonePlaceEvents) {
    const ways: How[] = territories.length > 0 ? ['territory', 'around', 'corners'] : ['around', 'corners'];
    if (!ways.includes(place.how)) {
      place.how = 'around';
    }
    this.element.append(
      h('legend', null, t('zones.where')),
      ...ways.map((how) => h('label', { class: 'check' },
        h('input', { type: 'radio', name: 'zone-how', value: how, checked: place.how === how, onchange: () => this.turn(how) }),
        h('span', { class: 'name' }, t(`zones.${how}` as Word)))),
      this.body, this.error);
    this.draw();
  }

  // --- As a field ---

  value(): string {
    const area = this.area();
    return area ? JSON.stringify(area) : '';
  }

  /** What is wrong with it, in words; null: nothing. */
  wrong(): string | null {
    if (this.area()) {
      return null;
    }
    return t(`zones.bad_${this.place.how}` as Word);
  }

  focus(): void {
    this.body.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }

  fail(reason: string | null): void {
    this.error.textContent = reason ?? '';
    this.element.classList.toggle('invalid', reason !== null);
    this.body.querySelectorAll('input, select, textarea').forEach((each) => each.setAttribute('aria-invalid', String(reason !== null)));
  }

  // --- What it says ---

  get vertices(): LonLat[] {
    return this.lines().map(readPosition).filter((each): each is LonLat => each !== null);
  }

  private lines(): string[] {
    return this.place.corners.split('\n').filter((line) => line.trim() !== '');
  }

  area(): Area | null {
    const { how, territory, lat, lon, radius } = this.place;
    if (how === 'territory') {
      return this.territories.find(({ key }) => key === territory)?.geometry ?? null;
    }
    if (how === 'around') {
      const centre: LonLat = [toNumber(lon), toNumber(lat)];
      const metres = toNumber(radius);
      return isOnEarth(centre) && metres >= 1 && metres <= RADIUS_MAX ? circle(centre, metres) : null;
    }
    const { vertices } = this;
    // A line that is no position is not passed over in silence.
    return vertices.length >= 3 && vertices.length === this.lines().length
      ? { type: 'Polygon', coordinates: [[...vertices, vertices[0]!]] } : null;
  }

  // --- Changing it ---

  /** Somebody pointed at the map. */
  take(position: LonLat): void {
    const at = round(position);
    if (this.place.how === 'around') {
      [this.place.lon, this.place.lat] = [String(at[0]), String(at[1])];
    } else {
      this.place.how = 'corners';
      this.place.corners = [...this.lines(), writePosition(at)].join('\n');
    }
    this.draw();
    this.moved();
    announce(this.place.how === 'corners' ? plural('zones.corner_count', this.vertices.length) : `${number(at[1])} ; ${number(at[0])}`);
  }

  private turn(how: How): void {
    this.place.how = how;
    this.draw();
    this.moved();
  }

  private moved(): void {
    this.fail(null);
    this.events.changed();
  }

  /** Drawn anew as well when a map has come or gone. */
  draw(): void {
    const { place } = this;
    // The button that was used keeps the focus.
    const focused = this.body.contains(document.activeElement) ? document.activeElement?.id : undefined;
    this.element.querySelectorAll<HTMLInputElement>('input[name="zone-how"]').forEach((each) => {
      each.checked = each.value === place.how;
    });
    const input = (name: 'lat' | 'lon' | 'radius', word: Word): HTMLElement =>
      h('div', null, h('label', { for: `zone-${name}` }, t(word)),
        h('input', { id: `zone-${name}`, type: 'text', inputmode: 'decimal', autocomplete: 'off', value: place[name],
          'aria-describedby': this.error.id, oninput: (event: Event) => {
            place[name] = (event.target as HTMLInputElement).value;
            this.moved();
          } }));
    const middle = this.events.middle() !== null;
    const atMiddle = (word: Word): HTMLElement | false => middle && h('button', { type: 'button', id: 'zone-middle', onclick: () => {
      const position = this.events.middle();
      if (position) {
        this.take(position);
      }
    } }, t(word));
    const parts: Record<How, () => (HTMLElement | false)[]> = {
      territory: () => [h('label', { for: 'zone-territory' }, t('zones.which')),
        h('select', { id: 'zone-territory', value: place.territory, 'aria-describedby': this.error.id, onchange: (event: Event) => {
          place.territory = (event.target as HTMLSelectElement).value;
          this.moved();
        } }, [{ key: '', name: t('zones.choose') }, ...this.territories].map(({ key, name }) => h('option', { value: key }, name)))],
      around: () => [middle && h('p', { class: 'note' }, t('zones.tap_centre')),
        h('div', { class: 'row typed' }, input('lat', 'zones.lat'), input('lon', 'zones.lon'), input('radius', 'zones.radius')),
        atMiddle('zones.use_middle')],
      corners: () => [h('label', { for: 'zone-corners' }, t('zones.corner_list')),
        h('p', { class: 'note', id: 'zone-corners-help' }, t(middle ? 'zones.corners_help' : 'zones.corners_help_no_map')),
        h('textarea', { id: 'zone-corners', rows: 5, value: place.corners, spellcheck: 'false',
          'aria-describedby': `zone-corners-help ${this.error.id}`, oninput: (event: Event) => {
            place.corners = (event.target as HTMLTextAreaElement).value;
            this.moved();
          } }),
        h('div', { class: 'row' }, atMiddle('zones.add_middle'), place.corners !== '' && h('button', { type: 'button', id: 'zone-back',
          onclick: () => {
            place.corners = this.lines().slice(0, -1).join('\n');
            this.draw();
            this.moved();
            announce(plural('zones.corner_count', this.vertices.length));
          } }, t('zones.back')))],
    };
    this.body.replaceChildren(...parts[place.how]().filter((each): each is HTMLElement => each !== false));
    if (focused) {
      (document.getElementById(focused) ?? this.body.querySelector<HTMLElement>('textarea'))?.focus();
    }
  }
}
