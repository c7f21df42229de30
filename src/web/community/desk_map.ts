// SPDX-License-Identifier: AGPL-3.0-or-later
// Where the contribution is, among the others. The drawing is the same file that the page of the map
// uses; on a phone or a poor network it comes when somebody asks for it.

import { BaseMaps } from '../base_maps';
import { h } from '../dom';
import { number, t, type Word } from '../i18n';
import type { MapModule, MapView } from '../map_view';
import { isFrugal } from '../network';
import type { Entry, State } from '../state';
import { linkify } from '../text';

const WIDE = matchMedia('(min-width: 64rem)');
const SETTLE_MS = 150;

function asset(name: string): string {
  const self = new URL(import.meta.url);
  return new URL(name + self.search, self).href;
}

export class DeskMap {
  readonly element = h('div', { class: 'desk-map' });
  private readonly box = h('div', { id: 'map' });
  private view: MapView | null = null;
  private asked = false;
  private entry: Entry | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly state: State,
    private readonly label: Word = 'desk.map',
    private readonly opened: (view: MapView) => void = () => undefined,
  ) {
    if (WIDE.matches && !isFrugal()) {
      this.open();
    } else {
      this.element.append(h('button', { type: 'button', onclick: () => this.open() }, t('desk.show_map')));
    }
  }

  show(entry: Entry | null): void {
    this.entry = entry;
    clearTimeout(this.timer);
    // Whoever goes quickly through the list does not make the map jump at every step.
    this.timer = setTimeout(() => this.draw(), SETTLE_MS);
  }

  private draw(): void {
    this.view?.highlight(this.entry);
    if (this.entry?.place) {
      this.view?.goTo(this.entry.place);
    }
  }

  open(): void {
    if (this.asked) {
      return;
    }
    this.asked = true;
    this.element.replaceChildren(this.box);
    // The map wants to know its size.
    requestAnimationFrame(() => void this.load());
  }

  private async load(): Promise<void> {
    try {
      const module = (await import(asset('map.js'))) as MapModule;
      const nothing = (): void => undefined;
      this.view = module.createMap(this.box, this.state, null, asset('map-worker.js'), {
        moved: nothing, picked: nothing, crowded: nothing, drawn: nothing, baseMissing: nothing,
      }, { label: () => t(this.label), pin: ([lon, lat]) => `${number(lat)} ; ${number(lon)}` });
      const bases = new BaseMaps(this.state.map.base_maps ?? [], nothing);
      this.view.setBase(bases.chosen);
      this.element.append(h('p', { class: 'desk-attribution' }, ...linkify(bases.chosen?.attribution ?? '')));
      this.draw();
      this.opened(this.view);
    } catch {
      this.element.replaceChildren(h('p', { class: 'note' }, t('desk.no_map')));
    }
  }
}
