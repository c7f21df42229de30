// SPDX-License-Identifier: AGPL-3.0-or-later
// What the desk reads of the program. No behaviour.

import type { Change, Item } from '../types';

export interface Why {
  reason: string;
  since?: string;
  detail?: Record<string, unknown>;
}

/** One contribution that waits: of `GET M/moderation`. */
export interface Waiting {
  id: string;
  collection: string;
  title?: string | null;
  moderation: string;
  version?: number;
  author?: string | null;
  reasons: Why[];
  age_s?: number;
  open_reports?: number;
  feature: Item;
  /** Of its last version, when it was edited. */
  changes?: Change[];
  /** How many contributions of its author are in each state. */
  standing?: Record<string, number>;
}

export interface Report {
  id: string;
  kind: string;
  text?: string | null;
  author?: string | null;
  state: string;
  created: string;
}
