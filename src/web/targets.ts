// SPDX-License-Identifier: AGPL-3.0-or-later
// What somebody points at on the map: contributions and clusters, as the tiles tell of them.

import type { MapGeoJSONFeature } from 'maplibre-gl';
import { distanceM } from './geometry';
import type { Entry, State } from './state';
import type { Collection, LonLat } from './types';

/** Several contributions drawn as one point. */
export interface Cluster {
  anchor: LonLat;
  /** Where it falls apart; null when the tile does not say. */
  expansionZoom: number | null;
}

export type Target = Entry | Cluster;

/** The contribution of a feature, with the little that its tile says. */
function entryOf(collection: Collection, feature: MapGeoJSONFeature): Entry {
  const { id, title, categories } = feature.properties;
  const item: Entry['item'] = { type: 'Feature', id: String(id), geometry: null, properties: {} };
  if (typeof title === 'string') {
    item.properties.title = title;
  }
  if (typeof categories === 'string') {
    item.properties.categories = categories.split(',');
  }
  if (feature.geometry.type !== 'Point') {
    return { item, collection, place: null, partial: true }; // what is seen of a shape is not all of it
  }
  const [lon = 0, lat = 0] = feature.geometry.coordinates;
  item.geometry = feature.geometry;
  return { item, collection, place: { box: [lon, lat, lon, lat], anchor: [lon, lat] }, partial: true };
}

function targetOf(state: State, feature: MapGeoJSONFeature): Target | null {
  const collection = state.collection(feature.sourceLayer ?? '');
  const { id, point_count: count, expansion_zoom: zoom } = feature.properties;
  if (!collection) {
    return null;
  }
  if (id !== undefined) {
    return entryOf(collection, feature);
  }
  if (typeof count !== 'number' || feature.geometry.type !== 'Point') {
    return null;
  }
  const [lon = 0, lat = 0] = feature.geometry.coordinates;
  return { anchor: [lon, lat], expansionZoom: typeof zoom === 'number' ? zoom : null };
}

/** A point is aimed at more precisely than a line, a line more than a surface. */
function rankOf(feature: MapGeoJSONFeature, target: Target, place: LonLat): number {
  const anchor = 'anchor' in target ? target.anchor : target.place?.anchor;
  if (anchor) {
    return distanceM(place, anchor);
  }
  return feature.layer.type === 'line' ? 1e9 : 2e9;
}

/** What the features are, each once. */
export function nearestFirst(state: State, features: MapGeoJSONFeature[], place: LonLat): Target[] {
  const found = new Map<string, { target: Target; rank: number }>();
  for (const feature of features) {
    const target = targetOf(state, feature);
    if (target) {
      const key = 'item' in target ? target.item.id : target.anchor.join();
      const rank = rankOf(feature, target, place);
      const known = found.get(key);
      if (!known || rank < known.rank) {
        found.set(key, { target, rank });
      }
    }
  }
  return [...found.values()].sort((a, b) => a.rank - b.rank).map((each) => each.target);
}
