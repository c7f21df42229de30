// SPDX-License-Identifier: AGPL-3.0-or-later
// Where nobody writes without an account for now: closing a zone, and opening it again before its end.

import type { MultiPolygon } from 'geojson';
import { emptyDraft } from '../drafts';
import { focusHeading, h } from '../dom';
import { anchorOf, boxOf, centreOf, distanceM } from '../geometry';
import { request } from '../http';
import { distance, moment, number, t } from '../i18n';
import { announce } from '../live';
import type { MapView } from '../map_view';
import type { Entry, State } from '../state';
import { recallJson, remember, rememberJson } from '../storage';
import type { Collection, Item, LonLat } from '../types';
import { takeOut } from './desk_blocks';
import { DeskMap } from './desk_map';
import { outboxOf, outboxWords } from './desk_outbox';
import { readTerritories, type Territory } from './territories';
import { action, errorWords, form, type Page, type Values } from './ui';
import { EMPTY_PLACE, ZonePlaceField, type Area, type ZonePlace } from './zone_place';

const REASON_MAX = 500;
const DAY_MS = 24 * 3600 * 1000;
const USUAL_DAYS = 7;
const COLOR = '#b3261e';

interface Zone {
  id: string;
  reason: string;
  created: string;
  ends: string;
  geometry: Area;
}

/** "2026-11-22", as the calendar here has it. */
function dayOf(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
}

/** The end of the day that was chosen. */
function endOf(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString();
}

/** Areas as something that the map can ring. */
function entryOf(areas: Area[]): Entry | null {
  const coordinates = areas.flatMap((each) => (each.type === 'Polygon' ? [each.coordinates] : each.coordinates));
  if (coordinates.length === 0) {
    return null;
  }
  const geometry: MultiPolygon = { type: 'MultiPolygon', coordinates };
  const item: Item = { type: 'Feature', id: '', geometry, properties: {} };
  return { item, collection: { color: COLOR } as Collection, place: { box: boxOf(geometry), anchor: anchorOf(geometry) } };
}

function whereWords(area: Area): string {
  const [west, south, east, north] = boxOf(area);
  const [lon, lat] = centreOf([west, south, east, north]);
  const wide = Math.max(distanceM([west, lat], [east, lat]), distanceM([lon, south], [lon, north]));
  return t('zones.place', { place: `${number(Number(lat.toFixed(4)))} ; ${number(Number(lon.toFixed(4)))}`, size: distance(wide) });
}

class Zones {
  private zones: Zone[] = [];
  private view: MapView | null = null;
  /** What somebody asked to see before there was a map. */
  private wanted: Entry | null = null;
  private readonly draft = { ...emptyDraft(), shape: 'Polygon' };
  private readonly outbox;
  private readonly place: ZonePlaceField;
  private readonly map: DeskMap;
  private readonly heading = h('h2', { tabindex: '-1' }, t('zones.title'));
  private readonly list = h('div');
  private readonly status = h('p', { class: 'desk-status', id: 'desk-status', role: 'status' });
  private readonly said = h('div');
  private readonly kept: string;

  constructor(state: State, private readonly root: string, territories: Territory[], around: LonLat | null) {
    this.kept = `zone:${root}`;
    const place: ZonePlace = { ...EMPTY_PLACE, ...recallJson<ZonePlace>(this.kept) };
    if (around) {
      [place.how, place.lon, place.lat] = ['around', String(around[0]), String(around[1])];
    }
    this.place = new ZonePlaceField(place, territories, { changed: () => this.changed(), middle: () => this.view?.centre() ?? null });
    this.map = new DeskMap(state, 'zones.map', (view) => this.opened(view));
    this.outbox = outboxOf(root);
    this.outbox.events = {
      ...this.outbox.events,
      changed: () => this.drawStatus(),
      added: () => void this.read().catch(() => undefined),
      notAdded: (_, error) => this.tell(h('p', { class: 'error', role: 'alert' }, errorWords(error))),
    };
  }

  async start(): Promise<HTMLElement> {
    await this.read();
    this.drawStatus();
    return h('div', { class: 'zones' },
      h('section', { class: 'card', id: 'zones' }, this.heading, h('p', { class: 'note' }, t('zones.help')), this.list),
      this.map.element,
      h('section', { class: 'card', id: 'close-zone' }, h('h2', null, t('zones.close')), this.said, this.status, this.form()));
  }

  private async read(): Promise<void> {
    // A map has a hundred at most: one page.
    this.zones = (await request<Page<Zone>>(`${this.root}/zones?limit=100`)).items;
    this.list.replaceChildren(this.zones.length === 0 ? h('p', { class: 'note' }, t('zones.none'))
      : h('ul', { class: 'rows' }, this.zones.map((each) => this.row(each))));
    this.changed();
  }

  private row(zone: Zone): HTMLElement {
    return h('li', { 'data-zone': zone.id },
      h('h3', { class: 'lines' }, zone.reason),
      h('p', { class: 'facts' }, h('span', null, t('zones.until', { date: moment(zone.ends) })), h('span', null, whereWords(zone.geometry))),
      h('div', { class: 'row' },
        h('button', { type: 'button', 'aria-label': t('zones.show_one', { reason: zone.reason }), onclick: () => {
          this.wanted = entryOf([zone.geometry]);
          this.map.open();
          this.look();
          this.map.element.scrollIntoView({ block: 'nearest' });
        } }, t('zones.show')),
        action(t('zones.open'), async () => {
          await takeOut(`${this.root}/zones/${zone.id}`);
          await this.read();
          announce(t('zones.opened', { reason: zone.reason }));
          this.heading.focus();
        }, { 'aria-label': t('zones.open_one', { reason: zone.reason }) })));
  }

  // --- Closing one ---

  private form(): HTMLElement {
    const now = Date.now();
    return form({
      fields: [
        this.place,
        { name: 'ends', label: t('zones.ends'), type: 'date', required: true, value: dayOf(new Date(now + USUAL_DAYS * DAY_MS)),
          help: t('zones.ends_help') },
        { name: 'reason', label: t('zones.reason'), type: 'area', required: true, maximum: REASON_MAX, help: t('zones.reason_help') },
      ],
      submit: t('zones.submit'),
      send: (values) => this.close(values),
    });
  }

  private async close({ geometry, ends, reason }: Values): Promise<void> {
    const arrived = await this.outbox.add(t('zones.close'), {
      url: `${this.root}/zones`,
      body: { reason, ends: endOf(String(ends)), geometry: JSON.parse(String(geometry)) as Area },
    });
    remember(this.kept, null);
    Object.assign(this.place.place, EMPTY_PLACE, { how: this.place.place.how });
    this.place.draw();
    await (arrived ? this.read().catch(() => undefined) : undefined);
    this.changed();
    document.querySelector('#close-zone form')?.replaceWith(this.form());
    this.tell(h('p', { class: 'said', id: 'zone-said' }, t(arrived ? 'zones.closed' : 'zones.waits')));
  }

  private tell(said: HTMLElement): void {
    this.said.replaceChildren(said);
    focusHeading(said);
  }

  private drawStatus(): void {
    this.status.replaceChildren(...outboxWords(this.outbox, this.status));
    this.status.hidden = this.status.childElementCount === 0;
  }

  // --- On the map ---

  private opened(view: MapView): void {
    this.view = view;
    view.startDrawing(this.draft, (position) => this.place.take(position), () => undefined);
    this.place.draw();
    this.changed();
    const area = this.place.area();
    this.wanted ??= entryOf(area ? [area] : this.zones.map((each) => each.geometry));
    this.look();
  }

  private look(): void {
    if (this.wanted?.place) {
      this.view?.goTo(this.wanted.place);
    }
  }

  private changed(): void {
    const { place } = this;
    if (place.value() === '' && place.vertices.length === 0 && place.place.lat === '') {
      remember(this.kept, null);
    } else {
      rememberJson(this.kept, place.place);
    }
    const drawn = place.place.how === 'corners';
    const area = drawn ? null : place.area();
    this.draft.vertices = drawn ? place.vertices : [];
    this.view?.redrawDrawing();
    this.view?.highlight(entryOf([...this.zones.map((each) => each.geometry), ...(area ? [area] : [])]));
  }
}

/** `around`: of the address, "3.87,43.61". */
export async function zonePart(state: State, root: string, around: string | undefined): Promise<HTMLElement> {
  const [lon, lat] = (around ?? '').split(',').map(Number);
  const position: LonLat | null = lon !== undefined && lat !== undefined && !Number.isNaN(lon + lat) ? [lon, lat] : null;
  const territories = await readTerritories(root);
  return new Zones(state, root, territories.filter((each) => each.geometry !== null), position).start();
}
