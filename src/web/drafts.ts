// SPDX-License-Identifier: AGPL-3.0-or-later
// What a person is writing, and what proves later that it was they who wrote it. Both stay on the
// device: a contribution typed in the street must outlive a lost network and a closed page.

import { recallJson, remember, rememberJson } from './storage';
import type { LonLat } from './types';

export type Value = string | boolean | string[];

export interface Draft {
  collection: string | null;
  /** "Point", "LineString" or "Polygon". */
  shape: string;
  vertices: LonLat[];
  values: Record<string, Value>;
  /** It was sent and the network failed: it waits to be sent again. */
  waiting: boolean;
}

export function emptyDraft(): Draft {
  return { collection: null, shape: 'Point', vertices: [], values: {}, waiting: false };
}

export class Drafts {
  draft: Draft;

  constructor(private readonly root: string) {
    this.draft = { ...emptyDraft(), ...recallJson<Draft>(this.key()) };
  }

  private key(): string {
    return `draft:${this.root}`;
  }

  /** False when the device would not keep it. */
  keep(): boolean {
    return rememberJson(this.key(), this.draft);
  }

  clear(): void {
    this.draft = emptyDraft();
    remember(this.key(), null);
  }

  isStarted(): boolean {
    return this.draft.vertices.length > 0 || Object.keys(this.draft.values).length > 0;
  }
}

/** Edit secrets of the contributions sent from this device, by id. */
export class Secrets {
  private readonly all: Record<string, string>;

  constructor(private readonly root: string) {
    this.all = recallJson<Record<string, string>>(`secrets:${root}`) ?? {};
  }

  get(id: string): string | undefined {
    return this.all[id];
  }

  keep(id: string, secret: string): void {
    this.all[id] = secret;
    if (!rememberJson(`secrets:${this.root}`, this.all)) {
      delete this.all[id]; // the page then asks the person to write it down
    }
  }
}
