// SPDX-License-Identifier: AGPL-3.0-or-later
// What the list shows: the contributions in the window, a page of each collection that is shown.
// Nothing is asked for while the list is closed: the map draws tiles.

import { centreOf, distanceTo } from './geometry';
import { isFrugal } from './network';
import type { Entry, State } from './state';
import type { Collection, ItemPage, LonLat } from './types';

const LIMIT = isFrugal() ? 20 : 50;
const DEBOUNCE_MS = 250;

/** A contribution of the list, and how far it is from the middle of the window. */
interface Listed {
  entry: Entry;
  metres: number;
}

/** The pages of one collection so far, nearest first. */
interface Part {
  collection: Collection;
  listed: Listed[];
  last: ItemPage;
}

/** Beyond this, contributions of the collection are missing. */
function reachOf({ listed, last }: Part): number {
  const complete = !last.links.some((link) => link.rel === 'next');
  return complete ? Infinity : (listed[listed.length - 1]?.metres ?? 0);
}

export class Nearby {
  loading = false;
  failed = false;
  private parts: Part[] = [];
  /** Where the distances are from. */
  private centre: LonLat = [0, 0];
  private wanted = false;
  /** What `parts` answers, or what is being asked for. */
  private asked = '';
  private abort = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly state: State) {
    state.on('window', () => this.changed());
    state.on('filters', () => this.changed());
    state.on('data', () => this.retry());
    window.addEventListener('online', () => this.failed && this.retry());
  }

  /** Is the list open? It is drawn after this. */
  want(wanted: boolean): void {
    this.wanted = wanted;
    this.refresh();
  }

  retry(): void {
    this.asked = '';
    this.changed();
  }

  /** Contributions in the window, whether they are listed yet or not. */
  get matched(): number {
    return this.parts.reduce((sum, each) => sum + each.last.numberMatched, 0);
  }

  /** As far as this the list is complete. */
  private get reach(): number {
    return Math.min(Infinity, ...this.parts.map(reachOf));
  }

  get hasMore(): boolean {
    return this.reach < Infinity;
  }

  find(id: string): Entry | undefined {
    return this.parts.flatMap((each) => each.listed).find((each) => each.entry.item.id === id)?.entry;
  }

  /** Nearest to the middle of the window first, none left out between two that are listed. */
  listed(): Listed[] {
    const { reach } = this;
    return this.parts
      .flatMap((part) => part.listed)
      .filter((each) => each.metres <= reach)
      .sort((a, b) => a.metres - b.metres);
  }

  private changed(): void {
    if (this.refresh()) {
      this.state.emit('list');
    }
  }

  /** Asks for what the list lacks; false when it lacks nothing. */
  private refresh(): boolean {
    const query = JSON.stringify([this.state.window, this.state.query()]);
    if (!this.wanted || query === this.asked) {
      return false;
    }
    this.asked = query;
    this.abort.abort();
    this.abort = new AbortController();
    this.loading = true;
    this.failed = false;
    // After a pause, because a moving map moves many times a second.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), DEBOUNCE_MS);
    return true;
  }

  private async load(): Promise<void> {
    const { signal } = this.abort;
    const { window, collections } = this.state;
    const { filters } = this.state.query();
    const centre = centreOf(window);
    await this.finish(signal, async () => {
      const shown = collections.filter((each) => this.state.shown(each));
      this.parts = await Promise.all(shown.map(async (collection) => {
        const query = { limit: LIMIT, bbox: window, near: centre, filters };
        const page = await this.state.api.items(collection.id, query, signal);
        return { collection, listed: this.read(collection, page, centre), last: page };
      }));
      this.centre = centre;
    });
  }

  /** The next page of the collection of which the least is known. */
  async more(): Promise<void> {
    const { signal } = this.abort;
    const { reach, centre } = this;
    this.loading = true;
    this.failed = false;
    await this.finish(signal, async () => {
      this.parts = await Promise.all(this.parts.map(async (part) => {
        const page = reachOf(part) > reach ? null : await this.state.api.nextItems(part.last, signal);
        return page === null ? part : {
          ...part, listed: [...part.listed, ...this.read(part.collection, page, centre)], last: page,
        };
      }));
    });
  }

  private async finish(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      if (signal.aborted) {
        return; // something newer took its place
      }
      // What is listed stays, and the next move tries again.
      this.failed = true;
    }
    this.loading = false;
    this.state.emit('list');
  }

  private read(collection: Collection, page: ItemPage, centre: LonLat): Listed[] {
    return page.features.map((item) => ({
      entry: this.state.entry(collection, item),
      metres: item.geometry ? distanceTo(centre, item.geometry) : 0,
    }));
  }
}
