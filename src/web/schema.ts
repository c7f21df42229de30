// SPDX-License-Identifier: AGPL-3.0-or-later
// Reads the JSON Schema of a collection's contributions (its shape: jalon_schema_write in
// include/jalon/format.h) into what labels and forms need.

import type { Api } from './api';
import type { Label } from './types';

export interface Choice {
  key: string;
  label: Label;
  parent: string | null;
  /** Of a status: it ends the workflow, and is to be explained. */
  closes: boolean;
}

export interface FieldSpec {
  key: string;
  label: Label;
  help: Label | undefined;
  type: string;
  required: boolean;
  unit: string | undefined;
  choices: Choice[];
  minimum: number | undefined;
  maximum: number | undefined;
  maxLength: number | undefined;
  initial: string | undefined;
  /** Of a status: where its steps lead, by where they begin. */
  steps: Record<string, unknown>;
}

export interface Schema {
  geometryTypes: string[];
  fields: FieldSpec[];
}

type Json = Record<string, unknown>;

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function optional<T>(value: unknown, type: string): T | undefined {
  return typeof value === type ? (value as T) : undefined;
}

function label(value: unknown, fallback: string): Label {
  const { fr, en } = object(value);
  return { fr: String(fr ?? fallback), en: String(en ?? fallback) };
}

function choices(property: Json): Choice[] {
  const options = list(property['oneOf'] ?? object(property['items'])['oneOf']);
  return options.map((option) => {
    const each = object(option);
    const key = String(each['const']);
    return {
      key,
      label: label(each['x-label'], String(each['title'] ?? key)),
      parent: optional<string>(each['x-parent'], 'string') ?? null,
      closes: each['x-closes'] === true,
    };
  });
}

function field(key: string, property: Json, required: Set<unknown>): FieldSpec {
  return {
    key,
    label: label(property['x-label'], String(property['title'] ?? key)),
    help: property['x-help'] === undefined ? undefined : label(property['x-help'], ''),
    type: String(property['x-type'] ?? 'string'),
    required: required.has(key),
    unit: optional(property['x-unit'], 'string'),
    choices: choices(property),
    minimum: optional(property['minimum'], 'number'),
    maximum: optional(property['maximum'], 'number'),
    maxLength: optional(property['maxLength'], 'number'),
    initial: optional(property['default'], 'string'),
    steps: object(property['x-transitions']),
  };
}

export function parseSchema(json: unknown): Schema {
  const members = object(object(json)['properties']);
  const properties = object(members['properties']);
  const required = new Set(list(properties['required']));
  const entries = Object.entries(object(properties['properties'])).map(
    ([key, property]) => [key, object(property)] as const,
  );
  entries.sort(([, a], [, b]) => Number(a['x-order'] ?? 0) - Number(b['x-order'] ?? 0));
  return {
    geometryTypes: list(object(members['geometry'])['x-geometry-types']).map(String),
    fields: entries.map(([key, property]) => field(key, property, required)),
  };
}

/** Schemas change with the settings of a map, not while somebody reads a page: asked for once. */
export class Schemas {
  private readonly asked = new Map<string, Promise<Schema>>();

  constructor(private readonly api: Api) {}

  get(collection: string): Promise<Schema> {
    const known = this.asked.get(collection);
    if (known) {
      return known;
    }
    const schema = this.api.schema(collection).then(parseSchema);
    this.asked.set(collection, schema);
    schema.catch(() => this.asked.delete(collection));
    return schema;
  }
}
