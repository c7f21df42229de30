// SPDX-License-Identifier: AGPL-3.0-or-later
// The legend: collections with their counts, shown or hidden; the filter by category; the base map;
// where everything comes from.

import { cluster, h, swatch } from './dom';
import { number, plural, say, t, type Word } from './i18n';
import type { BaseMaps } from './base_maps';
import type { Matches } from './matches';
import type { State, StyleName } from './state';
import { licenceName } from './licences';
import { linkify } from './text';
import { tree, type TreeNode } from './tree';
import type { Category, Collection } from './types';

const COLORS: Record<StyleName, Word> = {
  collections: 'colors.collections',
  categories: 'colors.categories',
};

interface Group {
  collection: Collection;
  roots: Category[];
}

export function shapeOf(collection: Collection): 'point' | 'line' | 'polygon' {
  const types = collection.geometry_types.join(' ');
  return types.includes('Point') ? 'point' : types.includes('Line') ? 'line' : 'polygon';
}

export class Legend {
  private readonly open = new Set<string>();
  private filterOpen = false;
  /** Contributions of a category with its descendants, as the program counts them. */
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly state: State,
    private readonly baseMaps: BaseMaps,
    private readonly search: HTMLElement,
    private readonly matches: Matches,
    private readonly refresh: () => void,
    private readonly retry: () => void,
  ) {
    state.on('data', () => this.counts.clear());
  }

  render(): HTMLElement {
    const description = say(this.state.map.descriptions, this.state.map.description);
    return h(
      'section',
      { class: 'view legend', 'aria-labelledby': 'legend-title' },
      h('h2', { id: 'legend-title' }, t('legend.title')),
      description && h('p', { class: 'intro' }, description),
      this.state.drawnFailed &&
        h('p', { class: 'note warn' }, t('legend.failed'), ' ',
          h('button', { type: 'button', class: 'link', id: 'legend-retry', onclick: this.retry }, t('retry'))),
      h(
        'ul',
        { class: 'plain collections' },
        this.state.collections.map((each) => this.row(each)),
      ),
      h('p', { class: 'note cluster-note' }, cluster(), t('legend.cluster')),
      this.search,
      this.filter(),
      h('p', null, h('a', { id: 'stats', href: this.state.api.statsUrl(this.state.query()) }, t('legend.stats'))),
      this.colors(),
      this.baseMaps.render(),
      this.about(),
    );
  }

  private row(collection: Collection): HTMLElement {
    const id = `show-${collection.id}`;
    // Of an empty collection nothing else says what it is for.
    const description = collection.item_count === 0 ? say(collection.descriptions) : '';
    const themes = this.themes(collection);
    const count = this.matches.of(collection);
    return h(
      'li',
      { 'data-collection': collection.id },
      h('input', {
        type: 'checkbox',
        id,
        checked: this.state.visible.has(collection.id),
        'aria-describedby': `${id}-note`,
        onchange: (event: Event) =>
          this.state.setVisible(collection, (event.target as HTMLInputElement).checked),
      }),
      swatch(collection.color, shapeOf(collection)),
      h('label', { for: id }, say(collection.titles, collection.title)),
      count !== null &&
        h('span', { class: 'count', title: plural('legend.items', count) }, number(count)),
      h(
        'div',
        { id: `${id}-note`, class: 'under' },
        description && h('p', { class: 'note' }, description),
        themes,
      ),
    );
  }

  /** What the colours of a collection mean, when each theme has its own. */
  private themes(collection: Collection): HTMLElement | null {
    const { state } = this;
    if (state.style !== 'categories' || !state.shown(collection)) {
      return null;
    }
    const counts = new Map(collection.categories.map((each) => [each.key, each.count]));
    const themes = state.tree.children(null).flatMap((root) => this.colored(root, counts));
    return themes.length === 0 ? null : h('ul', { class: 'plain themes' }, themes.map((each) =>
      h('li', null, swatch(each.color, shapeOf(collection)), say(each.label, each.key))));
  }

  /** A theme and those below it that have a colour of their own, as far as something is drawn in it. */
  private colored(category: Category, counts: Map<string, number>): Category[] {
    const below = this.state.tree.children(category.key).flatMap((each) => this.colored(each, counts));
    const own = below.filter((each) => each.color !== category.color);
    const others = (counts.get(category.key) ?? 0) -
      own.reduce((sum, each) => sum + (counts.get(each.key) ?? 0), 0);
    return others > 0 ? [category, ...own] : own;
  }

  /** By collection or by theme: the two styles of the map. */
  private colors(): HTMLElement | null {
    const { styles, style } = this.state;
    return styles.length < 2 ? null : h(
      'fieldset',
      { class: 'block titled' },
      h('legend', null, t('colors.title')),
      styles.map((each) =>
        h(
          'label',
          { class: 'check' },
          h('input', {
            type: 'radio',
            name: 'style',
            id: `style-${each}`,
            checked: each === style,
            onchange: () => this.state.setStyle(each),
          }),
          t(COLORS[each]),
        )),
    );
  }

  /** The themes of each collection as trees of radio buttons. */
  private filter(): HTMLElement | null {
    const groups = this.groups();
    if (groups.length === 0) {
      return null;
    }
    const chosen = this.state.category ? this.state.tree.get(this.state.category) : undefined;
    return h(
      'details',
      {
        class: 'block filter',
        open: this.filterOpen,
        ontoggle: (event: Event) => this.toggled((event.target as HTMLDetailsElement).open, groups),
      },
      h('summary', { id: 'filter-summary' },
        t('filter.title'), chosen && h('span', { class: 'chip' }, say(chosen.label))),
      this.radio(null, t('filter.all')),
      groups.map((group) => this.group(group)),
    );
  }

  /** Every root once, under the first collection that uses it. */
  private groups(): Group[] {
    const seen = new Set<string>();
    const groups: Group[] = [];
    for (const collection of this.state.collections) {
      const used = new Set(collection.categories.map((each) => each.key));
      const roots = this.state.tree.children(null).filter((root) =>
        !seen.has(root.key) && [...this.state.tree.subtree(root.key)].some((key) => used.has(key)));
      roots.forEach((root) => seen.add(root.key));
      if (roots.length > 0) {
        groups.push({ collection, roots });
      }
    }
    return groups;
  }

  private group({ collection, roots }: Group): HTMLElement {
    const nodes = roots.map((root) => this.node(root));
    return h(
      'fieldset',
      { class: 'group' },
      h('legend', null, say(collection.titles, collection.title)),
      tree(nodes, {
        prefix: 'filter',
        control: (node) => this.radio(this.state.tree.get(node.key) ?? null, node.name),
        open: this.open,
        opened: (node) => void this.count(this.state.tree.children(node.key)),
      }),
    );
  }

  private node(category: Category): TreeNode {
    const children = this.state.tree.children(category.key).map((child) => this.node(child));
    return { key: category.key, name: say(category.label, category.key), children };
  }

  private radio(category: Category | null, name: string): HTMLElement {
    const key = category?.key ?? null;
    const count = category && this.counts.get(category.key);
    return h(
      'label',
      { class: 'check' },
      h('input', {
        type: 'radio',
        name: 'category',
        id: `category-${key ?? ''}`,
        value: key ?? '',
        checked: this.state.category === key,
        onchange: () => this.state.setCategory(key),
      }),
      category && this.hasOwnColor(category) && swatch(category.color),
      h('span', { class: 'name' }, name),
      typeof count === 'number' && h('span', { class: 'count' }, number(count)),
    );
  }

  private hasOwnColor(category: Category): boolean {
    return !category.parent || this.state.tree.get(category.parent)?.color !== category.color;
  }

  private toggled(open: boolean, groups: Group[]): void {
    if (open === this.filterOpen) {
      return; // the event of drawing it open again
    }
    this.filterOpen = open;
    if (open) {
      void this.count(groups.flatMap((group) => group.roots));
    }
  }

  /**
   * How many contributions each category has. A contribution may be in a category and in one below
   * it, so counts cannot be added up here: the program is asked, once a reader wants to see them.
   */
  private async count(categories: Category[]): Promise<void> {
    const missing = categories.filter((each) => !this.counts.has(each.key));
    await Promise.all(missing.map((each) => this.countOne(each)));
    if (missing.length > 0) {
      this.refresh();
    }
  }

  private async countOne(category: Category): Promise<void> {
    const keys = this.state.tree.subtree(category.key);
    let sum = 0;
    for (const collection of this.state.collections) {
      const counted = collection.categories.filter((each) => keys.has(each.key));
      if (counted.length === 1 && counted[0]) {
        sum += counted[0].count;
      } else if (counted.some((each) => each.count > 0)) {
        try {
          const query = { limit: 1, filters: { category: category.key } };
          sum += (await this.state.api.items(collection.id, query)).numberMatched;
        } catch {
          return; // a tree without figures is still a tree
        }
      }
    }
    this.counts.set(category.key, sum);
  }

  private about(): HTMLElement {
    const { map, api, collections } = this.state;
    return h(
      'details',
      { class: 'block about' },
      h('summary', null, t('about.title')),
      map.licence && h('p', null, t('item.licence'), ' ', licenceName(map.licence)),
      map.attribution && h('p', null, ...linkify(map.attribution)),
      h(
        'ul',
        { class: 'plain' },
        collections.map((each) =>
          h(
            'li',
            null,
            h('strong', null, say(each.titles, each.title)),
            h('p', null, say(each.descriptions)),
            (each.attribution || each.licence) &&
              h('p', { class: 'note' }, ...linkify(each.attribution ?? ''), each.attribution && each.licence && ' · ',
                each.licence && licenceName(each.licence)),
            h(
              'p',
              { class: 'note' },
              h('a', { href: `${api.itemsUrl(each.id)}?f=json` }, 'GeoJSON'),
              ' · ',
              h('a', { href: `${api.itemsUrl(each.id)}?f=csv` }, 'CSV'),
            ),
          ),
        ),
      ),
      h('p', null, h('a', { href: `${api.root}/api` }, t('about.api'))),
    );
  }
}
