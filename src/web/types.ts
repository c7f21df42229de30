// SPDX-License-Identifier: AGPL-3.0-or-later
// The shapes of the HTTP interface that the page reads. No behaviour.

import type { Geometry } from 'geojson';

export type Lang = 'fr' | 'en';
/** Words a person reads, in the two languages every Jalon speaks. */
export type Label = Record<Lang, string>;
/** West, south, east, north, in degrees. */
export type Box = [number, number, number, number];
export type LonLat = [number, number];

export interface Link {
  rel: string;
  href: string;
  type?: string;
  title?: string;
}

export interface BaseMap {
  name: Label;
  url: string;
  attribution: string;
  max_zoom?: number;
}

export interface Category {
  key: string;
  label: Label;
  color: string;
  parent: string | null;
}

/** `GET M`: the landing page. */
export interface MapInfo {
  title: string;
  description?: string;
  titles: Label;
  descriptions?: Label;
  licence?: string;
  attribution?: string;
  account_needed: boolean;
  /** `charter`: its version in force; absent: there is none. */
  rules?: { charter?: number };
  bbox: Box;
  links: Link[];
  base_maps: BaseMap[];
  categories: Category[];
}

export interface Collection {
  id: string;
  title: string;
  titles: Label;
  descriptions?: Label;
  color: string;
  geometry_types: string[];
  item_count: number;
  /** The last zoom at which contributions are drawn together. */
  cluster_max_zoom: number;
  categories: { key: string; count: number }[];
  attribution?: string;
  licence?: string;
  links: Link[];
}

/** Reserved properties; the collection's own fields stand beside them. */
export interface ItemProperties {
  title?: string;
  description?: string;
  categories?: string[];
  status?: string;
  moderation?: string;
  author?: string;
  created?: string;
  updated?: string;
  observed?: string;
  version?: number;
  licence?: string;
  source?: string;
  source_id?: string;
  campaign?: string;
  [field: string]: unknown;
}

export interface Item {
  type: 'Feature';
  id: string;
  geometry: Geometry | null;
  properties: ItemProperties;
  links?: Link[];
  /** Only in the answer to an anonymous POST. */
  edit_secret?: string;
}

/** A contribution that may be the same as another one. */
export interface Candidate {
  id: string;
  title?: string | null;
  distance_m: number;
  similarity?: number;
  same_source_id?: boolean;
}

export interface ItemPage {
  features: Item[];
  numberMatched: number;
  numberReturned: number;
  links: Link[];
}

/** Of `GET M/stats`. */
export interface CountTable {
  rows: { key: string; count: number }[];
}

export interface Change {
  field: string;
  before?: unknown;
  after?: unknown;
  /** A side that is missing was removed from the history. */
  redacted?: boolean;
}

export interface Revision {
  version: number;
  time: string;
  author?: string | null;
  action: string;
  reason?: string | null;
  changes: Change[];
}

/** The same field, changed by two people since `base`. */
export interface Conflict {
  field: string;
  yours?: unknown;
  current?: unknown;
}

export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  errors?: { pointer?: string; parameter?: string; reason: string }[];
  /** Of 412: what others changed meanwhile that this changes too. */
  conflicts?: Conflict[];
  current_etag?: string;
}
