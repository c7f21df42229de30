// SPDX-License-Identifier: AGPL-3.0-or-later
// How many contributions the filters leave in each collection, on the whole map, as the program
// counts them: what the eye gathers from the map, for the legend and for a screen reader.

import type { State } from './state';
import type { Collection } from './types';

export class Matches {
  private counts: Map<string, number> | null = null;
  private abort = new AbortController();

  constructor(private readonly state: State) {
    state.on('filters', () => void this.refresh());
    state.on('data', () => void this.refresh());
  }

  /** null: not known (yet). */
  of(collection: Collection): number | null {
    if (!this.isFiltered) {
      return collection.item_count;
    }
    return this.state.concerned(collection) ? (this.counts?.get(collection.id) ?? null) : 0;
  }

  /** Of all collections that are shown. */
  get sum(): number {
    return this.state.collections
      .filter((each) => this.state.shown(each))
      .reduce((sum, each) => sum + (this.of(each) ?? 0), 0);
  }

  private get isFiltered(): boolean {
    return Object.keys(this.state.query().filters).length > 0;
  }

  private async refresh(): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    const { signal } = this.abort;
    const { state } = this;
    const collections = state.collections.filter((each) => state.concerned(each)).map((each) => each.id);
    if (!this.isFiltered || collections.length === 0) {
      state.emit('matches');
      return;
    }
    try {
      this.counts = await state.api.counts({ collections, filters: state.query().filters }, signal);
    } catch {
      if (signal.aborted) {
        return;
      }
      this.counts = null; // no figure is better than a wrong one
    }
    state.emit('matches');
  }
}
