// SPDX-License-Identifier: AGPL-3.0-or-later
// What the page knows and shows now. Views read it and are told when a part of it changed; they
// never talk to each other.

import type { Api, MapQuery } from './api';
import { CategoryTree } from './categories';
import { anchorOf, boxOf } from './geometry';
import { recall, recallJson, remember, rememberJson } from './storage';
import type { Box, Collection, Item, LonLat, MapInfo } from './types';

/** An item with what is asked about it at every move of the map. */
export interface Entry {
  item: Item;
  collection: Collection;
  /** Absent for a contribution that has no place. */
  place: { box: Box; anchor: LonLat } | null;
  /** Only what a tile says about it: name, themes, a point's place. The rest is to be fetched. */
  partial?: true;
}

/** `data`: a contribution was made here. */
export type Topic = 'data' | 'filters' | 'style' | 'drawn' | 'window' | 'selection' | 'list' | 'matches';

/** What the colours on the map mean. */
const STYLES = ['collections', 'categories'] as const;
export type StyleName = (typeof STYLES)[number];

// Thousands of lines cover everything and weigh as much as the rest of the page: they wait to be asked
// for. Points are small, and what most people come for.
const TOO_MANY_SHAPES_TO_START_WITH = 2000;

export class State {
  readonly tree: CategoryTree;
  readonly visible: Set<string>;
  category: string | null = null;
  /** Words that are searched for. */
  words = '';
  style: StyleName;
  /** Has the network brought what the map is to show? */
  drawnFailed = false;
  window: Box;
  zoom = 0;
  selected: Entry | null = null;
  private readonly listeners: [Topic, () => void][] = [];

  constructor(
    readonly api: Api,
    readonly map: MapInfo,
    readonly collections: Collection[],
  ) {
    this.tree = new CategoryTree(map.categories);
    this.window = map.bbox;
    const kept = recallJson<string[]>(this.visibleKey());
    const start = collections.filter((each) =>
      each.geometry_types.some((type) => type.endsWith('Point')) ||
      each.item_count <= TOO_MANY_SHAPES_TO_START_WITH);
    this.visible = new Set(kept ?? start.map((each) => each.id));
    this.style = this.styles.find((each) => each === recall('style')) ?? 'collections';
  }

  private visibleKey(): string {
    return `visible:${this.api.root}`;
  }

  on(topic: Topic, listener: () => void): void {
    this.listeners.push([topic, listener]);
  }

  emit(topic: Topic): void {
    for (const [wanted, listener] of this.listeners) {
      if (wanted === topic) {
        listener();
      }
    }
  }

  collection(id: string): Collection | undefined {
    return this.collections.find((each) => each.id === id);
  }

  entry(collection: Collection, item: Item): Entry {
    if (!item.geometry) {
      return { item, collection, place: null };
    }
    return { item, collection, place: { box: boxOf(item.geometry), anchor: anchorOf(item.geometry) } };
  }

  setVisible(collection: Collection, visible: boolean): void {
    if (visible) {
      this.visible.add(collection.id);
    } else {
      this.visible.delete(collection.id);
    }
    rememberJson(this.visibleKey(), [...this.visible]);
    this.emit('filters');
  }

  setCategory(key: string | null): void {
    this.category = key;
    this.emit('filters');
  }

  setWords(words: string): void {
    if (words !== this.words) {
      this.words = words;
      this.emit('filters');
    }
  }

  /** The styles that the program offers and this page has words for. */
  get styles(): StyleName[] {
    const paths = this.map.links.map((link) => link.href.split('?')[0] ?? '');
    return STYLES.filter((name) => paths.some((path) => path.endsWith(`/styles/${name}`)));
  }

  setStyle(style: StyleName): void {
    this.style = style;
    remember('style', style);
    this.emit('style');
  }

  setDrawn(failed: boolean): void {
    if (failed !== this.drawnFailed) {
      this.drawnFailed = failed;
      this.emit('drawn');
    }
  }

  setWindow(window: Box, zoom: number): void {
    this.window = window;
    this.zoom = zoom;
    this.emit('window');
  }

  select(entry: Entry | null): void {
    this.selected = entry;
    this.emit('selection');
  }

  /** A contribution just made here. */
  add(collection: Collection, item: Item): Entry {
    const entry = this.entry(collection, item);
    collection.item_count += 1;
    if (!this.visible.has(collection.id)) {
      this.setVisible(collection, true);
    }
    this.emit('data');
    return entry;
  }

  /** Can this collection have items under the chosen category? */
  concerned(collection: Collection): boolean {
    if (this.category === null) {
      return true;
    }
    const wanted = this.tree.subtree(this.category);
    return collection.categories.some((each) => wanted.has(each.key));
  }

  shown(collection: Collection): boolean {
    return this.visible.has(collection.id) && this.concerned(collection);
  }

  /** What map, list and statistics are asked for. */
  query(): MapQuery {
    return {
      collections: this.collections.filter((each) => this.shown(each)).map((each) => each.id),
      filters: {
        ...(this.category === null ? {} : { category: this.category }),
        ...(this.words === '' ? {} : { q: this.words }),
      },
    };
  }

  color(entry: Entry): string {
    const first = this.style === 'categories' ? entry.item.properties.categories?.[0] : undefined;
    return (first && this.tree.get(first)?.color) || entry.collection.color;
  }
}
