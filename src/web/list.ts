// SPDX-License-Identifier: AGPL-3.0-or-later
// What the window shows, as a list: the map for those who do not see it or do not use a mouse.

import { h, swatch } from './dom';
import { distance, plural, say, t } from './i18n';
import { announce } from './live';
import { shapeOf } from './legend';
import type { Nearby } from './nearby';
import type { Entry, State } from './state';

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
  constructor(
    private readonly state: State,
    private readonly nearby: Nearby,
    private readonly search: HTMLElement,
    private readonly choose: (entry: Entry) => void,
  ) {}

  render(): HTMLElement {
    const { loading, failed, hasMore, matched } = this.nearby;
    const found = this.nearby.listed();
    const summary = loading && found.length === 0 ? t('loading') : plural('list.count', matched);
    if (!loading) {
      announce(summary, 600);
    }
    return h(
      'section',
      { class: 'view list', 'aria-labelledby': 'list-title', 'aria-busy': String(loading) },
      h('h2', { id: 'list-title' }, t('list.title')),
      this.search,
      h('p', { class: 'note' }, summary),
      failed &&
        h('p', { class: 'note warn' }, t('list.failed'), ' ',
          h('button', { type: 'button', class: 'link', onclick: () => this.nearby.retry() }, t('retry'))),
      found.length === 0 && !loading && !failed && h('p', null, t(this.state.words ? 'list.not_found' : 'list.empty')),
      h('ul', { class: 'plain items' }, found.map(({ entry, metres }) => this.row(entry, metres))),
      hasMore &&
        h('button', { type: 'button', class: 'more', id: 'list-more', 'aria-disabled': String(loading),
          onclick: () => !loading && void this.nearby.more() }, t('list.more')),
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
}
