// SPDX-License-Identifier: AGPL-3.0-or-later
// What the window shows, as a list: the map for those who do not see it or do not use a mouse.

import { h, swatch } from './dom';
import { centreOf, distanceM, overlaps } from './geometry';
import { distance, plural, say, t } from './i18n';
import { announce } from './live';
import { shapeOf } from './legend';
import type { Entry, State } from './state';

const PAGE = 50;

/** What a contribution is called: its title, else its theme, else its collection. */
export function nameOf(state: State, entry: Entry): string {
  const { title, categories } = entry.item.properties;
  const theme = categories?.[categories.length - 1];
  const label = theme === undefined ? undefined : state.tree.get(theme)?.label;
  return title || say(label) || say(entry.collection.titles, entry.collection.title);
}

/** The line under the name: what kind of thing it is. */
export function kindOf(state: State, entry: Entry): string {
  const themes = (entry.item.properties.categories ?? [])
    .map((key) => say(state.tree.get(key)?.label, key))
    .join(', ');
  const kind = themes && entry.item.properties.title
    ? themes
    : say(entry.collection.titles, entry.collection.title);
  return kind === nameOf(state, entry) ? '' : kind;
}

export class List {
  private length = PAGE;

  constructor(
    private readonly state: State,
    private readonly choose: (entry: Entry) => void,
    private readonly refresh: () => void,
    private readonly retry: () => void,
  ) {
    state.on('window', () => (this.length = PAGE));
  }

  /** Entries in the window, nearest to its middle first. */
  private inWindow(): { entry: Entry; metres: number }[] {
    const centre = centreOf(this.state.window);
    const found: { entry: Entry; metres: number }[] = [];
    for (const collection of this.state.collections) {
      for (const entry of this.state.entries(collection)) {
        if (entry.place && overlaps(entry.place.box, this.state.window)) {
          found.push({ entry, metres: distanceM(centre, entry.place.anchor) });
        }
      }
    }
    return found.sort((a, b) => a.metres - b.metres);
  }

  private progress(): { loading: boolean; failed: boolean; cut: boolean } {
    const shown = this.state.collections.filter((each) => this.state.shown(each));
    const loaded = shown.map((each) => this.state.of(each));
    return {
      loading: loaded.some((each) => each.loading),
      failed: loaded.some((each) => each.failed),
      cut: loaded.some((each) => each.matched > each.entries.size),
    };
  }

  render(): HTMLElement {
    const found = this.inWindow();
    const { loading, failed, cut } = this.progress();
    const summary = loading && found.length === 0 ? t('loading') : plural('list.count', found.length);
    if (!loading) {
      announce(summary, 600);
    }
    return h(
      'section',
      { class: 'view list', 'aria-labelledby': 'list-title', 'aria-busy': String(loading) },
      h('h2', { id: 'list-title' }, t('list.title')),
      h('p', { class: 'note' }, summary, cut && ` ${t('list.cut')}`),
      failed &&
        h('p', { class: 'note warn' }, t('list.failed'), ' ',
          h('button', { type: 'button', class: 'link', onclick: this.retry }, t('retry'))),
      found.length === 0 && !loading && !failed && h('p', null, t('list.empty')),
      h(
        'ul',
        { class: 'plain items' },
        found.slice(0, this.length).map(({ entry, metres }) => this.row(entry, metres)),
      ),
      found.length > this.length &&
        h('button', { type: 'button', class: 'more', id: 'list-more', onclick: () => this.more() },
          t('list.more')),
    );
  }

  private row(entry: Entry, metres: number): HTMLElement {
    return h(
      'li',
      null,
      h(
        'button',
        {
          type: 'button',
          id: `item-${entry.item.id}`,
          'data-item': entry.item.id,
          'aria-current': this.state.selected?.item.id === entry.item.id ? 'true' : null,
          onclick: () => this.choose(entry),
        },
        swatch(this.state.color(entry), shapeOf(entry.collection)),
        h('span', { class: 'name' }, nameOf(this.state, entry)),
        h('span', { class: 'kind' }, kindOf(this.state, entry)),
        h('span', { class: 'distance' }, distance(metres)),
      ),
    );
  }

  private more(): void {
    this.length += PAGE;
    this.refresh();
  }
}
