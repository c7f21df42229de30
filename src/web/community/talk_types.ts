// SPDX-License-Identifier: AGPL-3.0-or-later
// What the page of a map knows of the conversation on a contribution: a file of its own, fetched when
// somebody opens a contribution. See map_view.ts for the same about the drawing.

import type { Entry } from '../state';
import type { Category, Collection, Lang } from '../types';
import type { Schema } from '../schema';

export interface TalkHost {
  /** Path of the map, "/maps/montpellier". */
  root: string;
  lang: Lang;
  entry: Entry;
  schema: Schema | null;
  categories: Category[];
  collections: Collection[];
  /** The edit secret, when this device wrote it. */
  secret: string | undefined;
  /** Opens the form; `propose`: what is typed is asked for, not done. */
  edit(propose: boolean): void;
  /** The contribution is another one now: read it again. */
  changed(): void;
  /** The address of a file of the client. */
  asset(name: string): string;
}

export interface TalkModule {
  converse(host: TalkHost): Promise<HTMLElement>;
  /** Adds to each version in the list what may be done with it. */
  decorateHistory(host: TalkHost, history: HTMLElement): Promise<void>;
}
