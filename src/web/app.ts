// SPDX-License-Identifier: AGPL-3.0-or-later
// Where the page starts: it wires state, loader, views and map together.

import './words_map';

import { Api } from './api';
import { BaseMaps } from './base_maps';
import { keepReturn, lastSession } from './community/session';
import type { Drawn } from './contribution_layers';
import { byId, focusHeading, h, icon, ICONS } from './dom';
import { Drafts, Secrets } from './drafts';
import { Form } from './form';
import { History } from './history';
import { lang, number, onLang, plural, say, setLang, t, type Word } from './i18n';
import { Legend } from './legend';
import { List } from './list';
import { announce } from './live';
import type { MapModule, MapView } from './map_view';
import { Matches } from './matches';
import { Nearby } from './nearby';
import { Popup } from './popup';
import { locate } from './position';
import { pressed } from './press';
import { Router, type Route } from './route';
import { Schemas } from './schema';
import { Search } from './search';
import { State, type Entry } from './state';
import { TalkLoader } from './talk_loader';
import { linkify } from './text';
import type { BaseMap, Collection, Item, Lang } from './types';

// Room for the panel beside the map; the same condition is in app.css.
const WIDE = matchMedia('(min-width: 50rem), (min-width: 35rem) and (min-aspect-ratio: 4/3)');

const AWAY_MS = 60000;

type Tab = 'legend' | 'list' | 'add';
const TABS: Tab[] = ['legend', 'list', 'add'];
const TAB_ICONS: Record<Tab, string> = { legend: ICONS.layers, list: ICONS.list, add: ICONS.add };

/** Beside this very file, with the same version: /assets/<name>?v=… */
function asset(name: string): string {
  const self = new URL(import.meta.url);
  return new URL(name + self.search, self).href;
}

class Page {
  private readonly router: Router;
  private readonly nearby: Nearby;
  private readonly schemas: Schemas;
  private readonly baseMaps: BaseMaps;
  private readonly drafts: Drafts;
  private readonly secrets: Secrets;
  private readonly matches: Matches;
  private readonly legend: Legend;
  private readonly list: List;
  private readonly popup: Popup;
  private readonly history: History;
  private readonly form: Form;
  private readonly talk: TalkLoader;
  private map: MapView | null = null;
  private territoriesAsked = false;
  /** When the page was last put away. */
  private left = Date.now();
  /** Counts drawings, so that an answer that comes late does not replace what is open now. */
  private drawing = 0;
  /** The view that the map has taken its size beside. */
  private fitted: Route['view'] | null = null;
  /** In each view, the control that opened another one: it gets the focus back. */
  private readonly opener = new Map<Route['view'], string>();

  constructor(private readonly state: State) {
    const { api } = state;
    const secrets = new Secrets(api.root);
    this.secrets = secrets;
    this.drafts = new Drafts(api.root);
    this.schemas = new Schemas(api);
    this.nearby = new Nearby(state);
    this.router = new Router((route, returned) => {
      if (!returned) {
        this.opener.delete(route.view);
      }
      void this.show(route, true);
    });
    this.baseMaps = new BaseMaps(state.map.base_maps ?? [], (base) => this.setBase(base));
    const refresh = (): void => void this.show(this.router.route, false);
    const close = (): void => this.close();
    const search = new Search(state).element;
    this.matches = new Matches(state);
    this.legend = new Legend(state, this.baseMaps, search, this.matches, refresh, () => this.map?.reload());
    this.list = new List(state, this.nearby, search, (entry) => this.openItem(entry, true));
    this.talk = new TalkLoader(state, this.schemas, secrets, asset, {
      edit: (entry, propose) => this.router.go({ view: propose ? 'propose' : 'edit', collection: entry.collection.id, id: entry.item.id }),
      changed: (entry) => void this.reread(entry),
    });
    this.popup = new Popup(state, this.schemas, secrets, {
      close,
      openHistory: (entry) => this.openHistory(entry),
      openItem: (entry) => this.openItem(entry, false),
      talk: (entry, schema) => this.talk.place(entry, schema),
    });
    this.history = new History(state, this.schemas, close);
    this.form = new Form(state, this.schemas, this.drafts, secrets,
      { close, sent: (collection, item) => this.sent(collection, item),
        edited: (entry, item) => this.edited(entry, item) }, refresh);
  }

  async start(): Promise<void> {
    WIDE.addEventListener('change', () => void this.show(this.router.route, false));
    // By the router: the browser itself would take the focus away from the heading again.
    byId('skip').addEventListener('click', (event) => {
      event.preventDefault();
      this.router.go({ view: 'list' });
      focusHeading(byId('view').querySelector('h2'));
    });
    byId('me').addEventListener('click', () => keepReturn());
    byId('sources').addEventListener('click', (event) => {
      const button = event.currentTarget as HTMLElement;
      button.setAttribute('aria-expanded', String(button.getAttribute('aria-expanded') === 'false'));
    });
    this.relabel();
    onLang(() => {
      this.relabel();
      void this.show(this.router.route, false);
    });
    this.state.on('data', () => this.map?.reload());
    this.state.on('data', () => this.legendChanged());
    for (const topic of ['filters', 'style'] as const) {
      this.state.on(topic, () => this.map?.update());
      this.state.on(topic, () => this.attribution());
      this.state.on(topic, () => this.legendChanged());
    }
    this.state.on('style', () => this.listChanged());
    document.addEventListener('visibilitychange', () => this.looked());
    this.state.on('matches', () => this.matched());
    this.state.on('drawn', () => this.drawnChanged());
    this.state.on('list', () => this.listChanged());
    this.state.on('selection', () => this.map?.highlight(this.state.selected));
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.defaultPrevented && this.router.route.view !== 'map') {
        this.close();
      }
    });
    await this.show(this.router.route, false);
    await this.startMap();
    if (this.drafts.draft.waiting) {
      this.notice(t('add.waiting_notice'), t('add.resume'), () => this.router.go({ view: 'add' }));
    }
  }

  /** What is open: a wide screen has room for the legend beside the map; on a phone the map comes first. */
  private open(route: Route): Route {
    return route.view === 'map' && this.isWide() ? { view: 'legend' } : route;
  }

  private isWide(): boolean {
    return WIDE.matches;
  }

  // --- Map ---

  private async startMap(): Promise<void> {
    let module: MapModule;
    // On their way while the drawing is fetched; a failure is told by whoever wants them.
    const { api, style } = this.state;
    void Promise.allSettled([api.tileSet(), api.styleLayers(style)]);
    try {
      module = (await import(asset('map.js'))) as MapModule;
    } catch {
      this.withoutMap('map.not_loaded');
      return;
    }
    try {
      this.map = module.createMap(byId('map'), this.state, this.router.place, asset('map-worker.js'), {
        moved: (window, place) => {
          this.router.moved(place);
          this.state.setWindow(window, place.zoom);
          byId('map').dataset['ready'] = 'true';
        },
        picked: (entries) => this.picked(entries),
        crowded: () => this.router.go({ view: 'list' }),
        drawn: (drawn) => this.drawn(drawn),
        baseMissing: () => void this.loadTerritories(),
      }, {
        label: () => t('map.label'),
        pin: ([lon, lat]) => t('position.pin', { place: `${number(lat)} ; ${number(lon)}` }),
      });
    } catch {
      this.withoutMap('map.impossible');
      return;
    }
    byId('map-buttons').hidden = false;
    this.form.useMap(this.map);
    this.map.setBase(this.baseMaps.chosen);
    this.map.highlight(this.state.selected);
    if (this.state.selected?.place && !this.router.place) {
      this.map.goTo(this.state.selected.place);
    }
  }

  /** No WebGL, or the map's file did not arrive: the list does everything the map does. */
  private withoutMap(reason: Word): void {
    byId('map').replaceChildren(h('p', { class: 'no-map', id: 'no-map' }, t(reason)));
    document.body.classList.add('without-map');
    this.attribution();
    if (this.router.route.view === 'map' || this.router.route.view === 'legend') {
      this.router.go({ view: 'list' });
    }
  }

  private setBase(base: BaseMap | null): void {
    this.map?.setBase(base);
    this.attribution();
  }

  private async loadTerritories(): Promise<void> {
    if (this.territoriesAsked) {
      return;
    }
    this.territoriesAsked = true;
    try {
      const territories = await this.state.api.territories();
      this.map?.setTerritories(territories);
      byId('map').dataset['territories'] = String(territories.features.length);
    } catch {
      this.territoriesAsked = false; // asked again when the base map fails again
    }
  }

  private picked(entries: Entry[]): void {
    const [first] = entries;
    if (first) {
      this.popup.alsoHere = entries.slice(0, 30);
      this.openItem(first, false);
    } else if (this.router.route.view === 'item' || this.router.route.view === 'history') {
      this.router.go({ view: 'map' });
    }
  }

  // --- What is open ---

  private openItem(entry: Entry, move: boolean): void {
    if (move) {
      this.popup.alsoHere = [];
      this.opener.set('list', `item-${entry.item.id}`);
    }
    this.state.select(entry);
    this.router.go({ view: 'item', collection: entry.collection.id, id: entry.item.id });
    if (move && entry.place) {
      this.map?.goTo(entry.place);
    }
  }

  private openHistory(entry: Entry): void {
    this.opener.set('item', 'open-history');
    this.router.go({ view: 'history', collection: entry.collection.id, id: entry.item.id });
  }

  private close(): void {
    this.router.back({ view: 'map' });
  }

  private tab(tab: Tab): void {
    const isOpen = this.router.route.view === tab;
    this.router.go({ view: isOpen ? 'map' : tab });
  }

  private sent(collection: Collection, item: Item): void {
    const entry = this.state.add(collection, item);
    this.popup.justSent = { id: item.id, secret: item.edit_secret };
    this.openItem(entry, true);
    announce(t('sent.thanks'), 500);
  }

  private edited(entry: Entry, item: Item | null): void {
    if (item) {
      this.state.select(this.state.entry(entry.collection, item));
      this.state.emit('data');
    }
    this.popup.notice = t(item ? 'edit.saved' : 'edit.waits');
    this.router.back({ view: 'item', collection: entry.collection.id, id: entry.item.id });
  }

  /** Somebody changed it otherwise than by the form. */
  private async reread(entry: Entry): Promise<void> {
    const { body } = await this.state.api.itemNow(entry.collection.id, entry.item.id, this.secrets.get(entry.item.id));
    this.state.select(this.state.entry(entry.collection, body));
    this.state.emit('data');
    await this.show(this.router.route, true);
  }

  private async show(asked: Route, focus: boolean): Promise<void> {
    const route = this.open(asked);
    const mine = ++this.drawing;
    const writing = route.view === 'add' || route.view === 'edit' || route.view === 'propose';
    if (!writing) {
      this.form.leave();
    }
    document.body.dataset['view'] = writing ? 'add' : route.view;
    if (route.view === 'legend' && this.state.drawnFailed) {
      byId('notice').hidden = true; // the legend says it
    }
    this.nearby.want(route.view === 'list');
    this.tabs();
    const { selected } = this.state;
    if (route.view === 'item' && selected?.partial && selected.item.id === route.id) {
      this.swap(this.popup.pending(selected), focus, route.view, null);
      this.fitMap(route.view);
      focus = false;
    }
    if (!focus && pressed()) {
      await pressed();
      if (mine !== this.drawing) {
        return;
      }
    }
    // Before the search box moves from the view that is open into the new one.
    const focused = document.activeElement;
    let view: HTMLElement | null;
    try {
      view = await this.render(route);
    } catch {
      view = this.failure();
    }
    if (mine !== this.drawing) {
      return;
    }
    this.swap(view, focus, route.view, focused);
    this.fitMap(route.view);
    if (!('id' in route) && this.state.selected) {
      this.state.select(null);
    }
  }

  private async render(route: Route): Promise<HTMLElement | null> {
    switch (route.view) {
      case 'legend':
        return this.legend.render();
      case 'list':
        return this.list.render();
      case 'add':
        return this.form.render();
      case 'item': {
        const entry = await this.find(route.collection, route.id);
        const view = await this.popup.render(entry);
        if (entry.place) {
          // After the panel has taken its room.
          const { place } = entry;
          requestAnimationFrame(() => this.map?.reveal(place));
        }
        return view;
      }
      case 'history': {
        const entry = await this.find(route.collection, route.id);
        const view = await this.history.render(entry);
        void this.talk.decorate(entry, view);
        return view;
      }
      case 'edit':
      case 'propose':
        return this.form.renderEdit(await this.find(route.collection, route.id), route.view === 'propose');
      default:
        return null;
    }
  }

  /** The contribution of an address; one that is not in the window is asked for. */
  private async find(collectionId: string, id: string): Promise<Entry> {
    const { selected } = this.state;
    if (selected?.item.id === id && !selected.partial) {
      return selected;
    }
    const collection = this.state.collection(collectionId);
    if (!collection) {
      throw new Error(`no collection ${collectionId}`);
    }
    const entry = this.nearby.find(id) ?? this.state.entry(collection, (await this.state.api.itemNow(collectionId, id, this.secrets.get(id))).body);
    this.state.select(entry);
    return entry;
  }

  private failure(): HTMLElement {
    return h('section', { class: 'view', 'aria-labelledby': 'failure-title' },
      h('h2', { id: 'failure-title' }, t('failure.title')),
      h('p', null, t('failure.text')),
      h('div', { class: 'row' },
        h('button', { type: 'button', onclick: () => void this.show(this.router.route, true) }, t('retry')),
        h('button', { type: 'button', onclick: () => this.close() }, t('close'))));
  }

  /** Puts a view in place; focus and scroll stay where they were unless something new opens. */
  private swap(view: HTMLElement | null, focus: boolean, name: Route['view'], before: Element | null): void {
    const panel = byId('view');
    const now = document.activeElement;
    const active = now === document.body ? before : now;
    const within = active && (panel.contains(active) || view?.contains(active)) ? active.id : null;
    const scroll = panel.scrollTop;
    panel.replaceChildren(...(view ? [view] : []));
    panel.hidden = view === null;
    if (!focus) {
      panel.scrollTop = scroll;
      if (within) {
        const again = document.getElementById(within);
        if (again instanceof HTMLHeadingElement) {
          focusHeading(again);
        }
        again?.focus({ preventScroll: true });
      }
      return;
    }
    panel.scrollTop = 0;
    const opener = this.opener.get(name);
    this.opener.delete(name);
    const back = opener && panel.querySelector<HTMLElement>(`#${CSS.escape(opener)}`);
    if (back) {
      back.focus();
    } else if (view) {
      focusHeading(view.querySelector('h2'));
    } else if (within !== null || active === document.body) {
      byId('tab-legend').focus({ preventScroll: true });
    }
  }

  /**
   * The map takes the room that another view leaves it before anybody points at it, and before the list
   * asks for what is in the window: the browser tells it only when it has drawn, which may take long.
   */
  private fitMap(view: Route['view']): void {
    if (view !== this.fitted) {
      this.fitted = view;
      this.map?.resize();
    }
  }

  private drawn(drawn: Drawn): void {
    byId('map').setAttribute('aria-busy', String(drawn === 'loading'));
    if (drawn !== 'loading') {
      this.state.setDrawn(drawn === 'failed');
    }
  }

  private drawnChanged(): void {
    this.legendChanged();
    if (!this.state.drawnFailed) {
      byId('notice').hidden = true;
    } else if (this.open(this.router.route).view !== 'legend') {
      this.notice(t('legend.failed'), t('retry'), () => this.map?.reload());
    }
  }

  /** Whoever comes back to the page after a while sees what others did meanwhile. */
  private looked(): void {
    if (document.hidden) {
      this.left = Date.now();
    } else if (Date.now() - this.left > AWAY_MS) {
      this.map?.reload();
      this.nearby.retry();
    }
  }

  private matched(): void {
    this.legendChanged();
    // The list says how many it has itself.
    if (this.router.route.view !== 'list') {
      announce(plural('legend.items', this.matches.sum), 500);
    }
  }

  private legendChanged(): void {
    if (this.open(this.router.route).view === 'legend') {
      void this.show(this.router.route, false);
    }
  }

  private listChanged(): void {
    if (this.router.route.view === 'list') {
      void this.show(this.router.route, false);
    }
  }

  // --- Words around ---

  private relabel(): void {
    const { map } = this.state;
    const title = say(map.titles, map.title);
    document.title = title;
    document.documentElement.lang = lang();
    byId('title').textContent = title;
    byId('skip').textContent = t('skip');
    byId('map').setAttribute('aria-label', t('map.region'));
    byId('panel').setAttribute('aria-label', t('panel.region'));
    byId('tabs').setAttribute('aria-label', t('tabs.region'));
    this.account();
    this.languages();
    this.mapButtons();
    this.makeTabs();
    this.attribution();
    this.map?.relabel();
  }

  /** Who was signed in when a page last asked: this one asks only when somebody wants to write. */
  private account(): void {
    const session = lastSession();
    const link = byId('me');
    link.replaceChildren(icon(ICONS.person), h('span', null, session ? session.display_name || session.account : t('me.sign_in')));
    link.hidden = false;
  }

  private languages(): void {
    const names: [Lang, string][] = [['fr', 'Français'], ['en', 'English']];
    const focused = document.activeElement?.id;
    byId('languages').replaceChildren(
      ...names.map(([code, name]) =>
        h('button', {
          type: 'button', id: `lang-${code}`, lang: code, 'aria-label': name, title: name,
          'aria-pressed': String(code === lang()), onclick: () => setLang(code),
        }, code.toUpperCase())),
    );
    if (focused?.startsWith('lang-')) {
      byId(focused).focus();
    }
  }

  private mapButtons(): void {
    const button = (id: string, word: Word, act: () => void, face: Node | string): HTMLElement =>
      h('button', { type: 'button', id, 'aria-label': t(word), title: t(word), onclick: act }, face);
    byId('map-buttons').replaceChildren(
      button('zoom-in', 'map.zoom_in', () => this.map?.zoomBy(1), '+'),
      button('zoom-out', 'map.zoom_out', () => this.map?.zoomBy(-1), '−'),
      button('locate', 'map.locate', () => this.locate(), icon(ICONS.locate)),
    );
  }

  private locate(): void {
    locate().then(
      (position) => this.map?.goTo({ box: [...position, ...position], anchor: position }),
      (reason: Error) => this.notice(reason.message),
    );
  }

  private makeTabs(): void {
    const focused = document.activeElement?.id;
    byId('tabs').replaceChildren(
      ...TABS.map((tab) =>
        h('button', {
          type: 'button', id: `tab-${tab}`, class: tab === 'add' ? 'primary' : null,
          'aria-controls': 'view', onclick: () => this.tab(tab),
        }, icon(TAB_ICONS[tab]), t(`tab.${tab}`))),
    );
    this.tabs();
    if (focused?.startsWith('tab-')) {
      document.getElementById(focused)?.focus({ preventScroll: true });
    }
  }

  private tabs(): void {
    const { view } = this.open(this.router.route);
    TABS.forEach((tab) => byId(`tab-${tab}`).setAttribute('aria-expanded', String(view === tab)));
  }

  /** Who made what is drawn: the base map, and every collection that is shown. */
  private attribution(): void {
    const { state } = this;
    const shown = state.collections.filter((each) => state.shown(each)).map((each) => each.attribution);
    const sources = [...new Set(shown.filter((each): each is string => Boolean(each)))];
    const base = document.body.classList.contains('without-map') ? null : this.baseMaps.chosen;
    byId('base-attribution').replaceChildren(...linkify(base?.attribution ?? ''));
    byId('sources').hidden = sources.length === 0;
    byId('sources').textContent = t('map.sources');
    byId('sources-text').replaceChildren(
      ...sources.map((each) => h('span', null, ...linkify(each))));
  }

  /** A line over the map that waits until it is dismissed; never a window that blocks. */
  private notice(text: string, action?: string, act?: () => void): void {
    const box = byId('notice');
    const hide = (): void => {
      box.hidden = true;
    };
    box.replaceChildren(
      h('span', null, text),
      action && act ? h('button', { type: 'button', class: 'link', onclick: () => { hide(); act(); } }, action) : '',
      h('button', { type: 'button', class: 'round', 'aria-label': t('close'), onclick: hide }, icon(ICONS.close)),
    );
    box.hidden = false;
  }
}

async function main(): Promise<void> {
  document.documentElement.lang = lang();
  const root = document.body.dataset['mapUrl'] ?? location.pathname;
  const api = new Api(root.replace(/\/$/, ''));
  const [map, collections] = await Promise.all([api.map(), api.collections()]);
  await new Page(new State(api, map, collections)).start();
}

/** Nothing could be read at all: one sentence and a way to try again. */
function giveUp(): void {
  const view = byId('view');
  view.hidden = false;
  view.replaceChildren(h('section', { class: 'view' },
    h('h2', null, t('failure.title')),
    h('p', null, t('failure.text')),
    h('button', { type: 'button', onclick: () => location.reload() }, t('retry'))));
}

main().catch(giveUp);
