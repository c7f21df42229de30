// SPDX-License-Identifier: AGPL-3.0-or-later
// The territories of a map, to choose one of.

import type { MultiPolygon, Polygon } from 'geojson';
import { request } from '../http';

export interface Territory {
  key: string;
  name: string;
  geometry: Polygon | MultiPolygon | null;
}

interface Answer {
  features: { id?: string | number; geometry: Territory['geometry']; properties: { key?: string; name?: string } | null }[];
}

/** Those that have a key, by name; none when they cannot be read. */
export async function readTerritories(root: string): Promise<Territory[]> {
  const { features } = await request<Answer>(`${root}/territories?f=json`).catch((): Answer => ({ features: [] }));
  return features.map(({ id, geometry, properties }) => {
    const key = String(properties?.key ?? id ?? '');
    return { key, name: String(properties?.name ?? key), geometry };
  }).filter(({ key }) => key !== '').sort((a, b) => a.name.localeCompare(b.name));
}
