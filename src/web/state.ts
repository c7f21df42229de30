// SPDX-License-Identifier: AGPL-3.0-or-later
// What the page knows and shows now. Views read it and are told when a part of it changed; they
// never talk to each other.

import type { Api } from './api';
import { CategoryTree } from './categories';
import { anchorOf, boxOf } from './geometry';
import { recallJson, rememberJson } from './storage';
import type { Box, Collection, Item, LonLat, MapInfo } from './types';

/** An item with what is asked about it at every move of the map. */
export interface Entry {
  item: Item;
  collection: Collection;
  /** Absent for a contribution that has no place. */
  place: { box: Box; anchor: LonLat } | null;
}

/** What is loaded of one collection. */
export interface Loaded {
  entries: Map<string, Entry>;
  /** Items that match in the loaded box: more than `entries` when the answer was cut at the limit. */
  matched: number;
  loading: boolean;
  failed: boolean;
}

export type Topic = 'items' | 'filters' | 'window' | 'selection';

// Thousands of lines cover everything and weigh as much as the rest of the page: they wait to be asked
// for. Points are small, and what most people come for.
const TOO_MANY_SHAPES_TO_START_WITH = 2000;

export class State {
  readonly tree: CategoryTree;
  readonly loaded = new Map<string, Loaded>();
  readonly visible: Set<string>;
  category: string | null = null;
  colorByCategory = false;
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
    for (const each of collections) {
      this.loaded.set(each.id, { entries: new Map(), matched: 0, loading: false, failed: false });
    }
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

  of(collection: Collection): Loaded {
    const loaded = this.loaded.get(collection.id);
    if (!loaded) {
      throw new Error(`no such collection: ${collection.id}`);
    }
    return loaded;
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

  setColorByCategory(on: boolean): void {
    this.colorByCategory = on;
    this.emit('items');
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

  /** A contribution just made here: shown at once, without asking the program again. */
  add(collection: Collection, item: Item): Entry {
    const entry = this.entry(collection, item);
    const loaded = this.of(collection);
    loaded.entries.set(item.id, entry);
    loaded.matched += 1;
    collection.item_count += 1;
    this.visible.add(collection.id);
    this.emit('items');
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

  /** What map and list draw. */
  entries(collection: Collection): Entry[] {
    if (!this.shown(collection)) {
      return [];
    }
    const all = [...this.of(collection).entries.values()];
    if (this.category === null) {
      return all;
    }
    // What was loaded before the filter was chosen is still there until the answer comes.
    const wanted = this.tree.subtree(this.category);
    return all.filter((each) => each.item.properties.categories?.some((key) => wanted.has(key)));
  }

  color(entry: Entry): string {
    const first = this.colorByCategory ? entry.item.properties.categories?.[0] : undefined;
    return (first && this.tree.get(first)?.color) || entry.collection.color;
  }
}
