// SPDX-License-Identifier: AGPL-3.0-or-later
// Loads what the window shows, and no more: a phone on a poor network pays for every byte.
//
// Each visible collection is asked for the window and some room around it, so that small moves cost
// nothing. A small collection is loaded whole, once. Of a crowded window a bounded number of items
// is drawn, a share from each quarter of it so that no side of the town is empty only because its
// items were entered later; the legend says that there are more.

import type { ItemQuery } from './api';
import { isFrugal } from './network';
import { contains, pad, quarters } from './geometry';
import type { Entry, State } from './state';
import type { Box, Collection, ItemPage } from './types';

/** Items of one collection drawn at once. */
const LIMIT = isFrugal() ? 400 : 2000;
const WHOLE_UP_TO = 400;
const DEBOUNCE_MS = 250;
const ROOM = 0.25;

interface Done {
  /** null: the whole collection. */
  box: Box | null;
  category: string | null;
  complete: boolean;
}

function area(box: Box): number {
  return (box[2] - box[0]) * (box[3] - box[1]);
}

export class Loader {
  private readonly done = new Map<string, Done>();
  private readonly running = new Map<string, AbortController>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly state: State) {
    state.on('window', () => this.soon());
    state.on('filters', () => this.loadAll());
    window.addEventListener('online', () => this.loadAll());
  }

  /** After a pause, because a moving map moves many times a second. */
  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.loadAll(), DEBOUNCE_MS);
  }

  loadAll(): void {
    for (const collection of this.state.collections) {
      if (this.state.shown(collection) && !this.covers(collection)) {
        void this.load(collection);
      }
    }
  }

  /** Is what is loaded, or on its way, enough for the window? */
  private covers(collection: Collection): boolean {
    const done = this.done.get(collection.id);
    if (!done || done.category !== this.state.category) {
      return false;
    }
    if (done.box === null) {
      return true;
    }
    // A cut answer covers less and less as one zooms in.
    const enough = done.complete || area(done.box) < 4 * area(this.state.window);
    return enough && contains(done.box, this.state.window);
  }

  private async load(collection: Collection): Promise<void> {
    this.running.get(collection.id)?.abort();
    const abort = new AbortController();
    this.running.set(collection.id, abort);
    const loaded = this.state.of(collection);
    const whole = collection.item_count <= WHOLE_UP_TO;
    const box = whole ? null : pad(this.state.window, ROOM);
    const category = this.state.category;
    this.done.set(collection.id, { box, category, complete: true });
    loaded.loading = true;
    loaded.failed = false;
    this.state.emit('items');
    try {
      const pages = await this.ask(collection, box, category, abort.signal);
      this.keep(collection, pages);
    } catch {
      if (abort.signal.aborted) {
        return; // a newer window took its place
      }
      // Whatever the reason, what is drawn stays and the next move tries again.
      this.done.delete(collection.id);
      loaded.failed = true;
    }
    loaded.loading = false;
    this.state.emit('items');
  }

  private ask(
    collection: Collection,
    box: Box | null,
    category: string | null,
    signal: AbortSignal,
  ): Promise<ItemPage[]> {
    const boxes = box === null ? [null] : collection.item_count > LIMIT ? quarters(box) : [box];
    const limit = LIMIT / boxes.length;
    return Promise.all(
      boxes.map((each) => {
        const query: ItemQuery = { limit, category: category ?? undefined };
        if (each) {
          query.bbox = each;
        }
        return this.state.api.items(collection.id, query, signal);
      }),
    );
  }

  private keep(collection: Collection, pages: ItemPage[]): void {
    const entries = new Map<string, Entry>();
    for (const item of pages.flatMap((page) => page.features)) {
      entries.set(item.id, this.state.entry(collection, item));
    }
    const cut = pages.some((page) => page.numberMatched > page.features.length);
    const loaded = this.state.of(collection);
    loaded.entries = entries;
    // What lies across two quarters is counted in both; when nothing was cut the entries are the count.
    const sum = pages.reduce((total, page) => total + page.numberMatched, 0);
    loaded.matched = cut ? Math.min(sum, collection.item_count) : entries.size;
    const done = this.done.get(collection.id);
    if (done) {
      done.complete = !cut;
    }
  }
}
