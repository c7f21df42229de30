// SPDX-License-Identifier: AGPL-3.0-or-later
// What the page asks of a map. The drawing itself (map.ts, with MapLibre) is a file of its own that
// is fetched after the page works; where it cannot be drawn the page goes on without it.

import type { Drawn } from './contribution_layers';
import type { Draft } from './drafts';
import type { Entry, State } from './state';
import type { BaseMap, Box, LonLat } from './types';
import type { Place } from './route';

export interface MapEvents {
  moved(window: Box, place: Place): void;
  /** Somebody pointed at these, the nearest first; none: at nothing. They are partial. */
  picked(entries: Entry[]): void;
  /** Somebody pointed at a cluster that no zoom takes apart; it is in the middle of the map now. */
  crowded(): void;
  /** What is drawn of the contributions. */
  drawn(drawn: Drawn): void;
  /** Nothing of the base map arrives. */
  baseMissing(): void;
}

/** Words for what is on the map, in the language chosen now. The map's file has none of its own. */
export interface MapWords {
  label(): string;
  pin(position: LonLat): string;
}

export interface MapView {
  /** Draws what the state says: style, collections, filters. */
  update(): void;
  /** Asks again for what is drawn, because something changed or did not arrive. */
  reload(): void;
  /** Rings the selected contribution. */
  highlight(entry: Entry | null): void;
  setBase(base: BaseMap | null): void;
  setTerritories(territories: GeoJSON.FeatureCollection): void;
  /** Moves so that the place is in the middle and close enough to be told from its neighbours. */
  goTo(place: { box: Box; anchor: LonLat }): void;
  /** Moves only when the place cannot be seen. */
  reveal(place: { box: Box; anchor: LonLat }): void;
  zoomBy(steps: number): void;
  /** Takes the size that its element has now. */
  resize(): void;
  centre(): LonLat;
  /** From now on a tap gives a position; the draft's own point can be dragged or moved by arrows. */
  startDrawing(draft: Draft, tapped: (position: LonLat) => void, dragged: () => void): void;
  redrawDrawing(): void;
  focusDrawing(): void;
  stopDrawing(): void;
  /** Words on the map in the language chosen now. */
  relabel(): void;
}

export interface MapModule {
  createMap(
    container: HTMLElement,
    state: State,
    place: Place | null,
    workerUrl: string,
    events: MapEvents,
    words: MapWords,
  ): MapView;
}
