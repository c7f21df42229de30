// SPDX-License-Identifier: AGPL-3.0-or-later
// The form filled with what a contribution says now, and what of it somebody changed: only that is
// sent, so that what others change meanwhile stays.

import type { Geometry, Position } from 'geojson';
import { emptyDraft, type Draft, type Value } from './drafts';
import { isBlank, toSend, type Control } from './inputs';
import type { FieldSpec, Schema } from './schema';
import type { Entry } from './state';
import type { Item, LonLat } from './types';

/** A contribution that is being changed, or about which a change is being proposed. */
export interface Editing {
  entry: Entry;
  propose: boolean;
  draft: Draft;
  etag: string | null;
  /** False: its shape is one that cannot be drawn here; it stays as it is. */
  hasPlace: boolean;
  /** The positions before, to tell whether it was moved. */
  place: string;
  reason: string;
}

export function asValue(value: unknown): Value | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  return typeof value === 'boolean' ? value : Array.isArray(value) ? value.map(String) : String(value);
}

function lonLat(position: Position): LonLat {
  return [position[0] ?? 0, position[1] ?? 0];
}

/** The positions of a shape that can be drawn; null for any other. */
export function verticesOf(geometry: Geometry | null): { shape: string; vertices: LonLat[] } | null {
  switch (geometry?.type) {
    case 'Point':
      return { shape: 'Point', vertices: [lonLat(geometry.coordinates)] };
    case 'LineString':
      return { shape: 'LineString', vertices: geometry.coordinates.map(lonLat) };
    case 'Polygon':
      return geometry.coordinates.length === 1
        ? { shape: 'Polygon', vertices: (geometry.coordinates[0] ?? []).slice(0, -1).map(lonLat) } : null;
    default:
      return null;
  }
}

export function startEditing(entry: Entry, item: Item, etag: string | null, schema: Schema, propose: boolean): Editing {
  const drawn = verticesOf(item.geometry);
  const draft = { ...emptyDraft(), collection: entry.collection.id, ...drawn };
  for (const { key } of schema.fields) {
    const value = asValue(item.properties[key]);
    if (value !== undefined) {
      draft.values[key] = value;
    }
  }
  return {
    entry: { ...entry, item }, propose, draft, etag, hasPlace: drawn !== null,
    place: JSON.stringify(draft.vertices), reason: '',
  };
}

function before(spec: FieldSpec, item: Item): unknown {
  const value = asValue(item.properties[spec.key]);
  return isBlank(value) ? undefined : toSend(spec, value);
}

/** A merge patch (RFC 7396) of what was changed; null: nothing was. */
export function patchOf(editing: Editing, controls: Control[], geometry: Geometry | null): Record<string, unknown> | null {
  const { draft, entry } = editing;
  const properties: Record<string, unknown> = {};
  for (const { spec } of controls) {
    const now = toSend(spec, draft.values[spec.key]);
    if (JSON.stringify(now) !== JSON.stringify(before(spec, entry.item))) {
      properties[spec.key] = now ?? null;
    }
  }
  const moved = editing.hasPlace && JSON.stringify(draft.vertices) !== editing.place;
  if (!moved && Object.keys(properties).length === 0) {
    return null;
  }
  return { ...(moved ? { geometry } : {}), ...(Object.keys(properties).length > 0 ? { properties } : {}) };
}
