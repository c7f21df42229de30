// SPDX-License-Identifier: AGPL-3.0-or-later
// What the page of a map asks of the program.

import type { FeatureCollection } from 'geojson';
import type { LayerSpecification } from 'maplibre-gl';
import { exchange, local, post, request, send, type Answer } from './http';
import type { Box, Candidate, Collection, CountTable, Item, ItemPage, Label, Link, LonLat, MapInfo, Revision } from './types';

/** Query parameters that lists, tiles and statistics take alike. */
export type Filters = Record<string, string>;

export interface ItemQuery {
  bbox?: Box;
  /** Nearest to this place first. */
  near?: LonLat;
  limit: number;
  filters?: Filters;
}

/** What is shown of a map: filters, and the collections they are of. */
export interface MapQuery {
  collections: string[];
  filters: Filters;
}

/** What the page needs of a TileJSON document. */
export interface TileSet {
  tiles: string[];
  minzoom: number;
  maxzoom: number;
}

function parametersOf({ collections, filters }: MapQuery): URLSearchParams {
  const all = collections.length > 0 ? { collections: collections.join(','), ...filters } : filters;
  return new URLSearchParams(all);
}

/** One map's resources; `root` is the path of the map, such as `/maps/montpellier`. */
export class Api {
  /** Documents that do not change while the page is open. */
  private readonly kept = new Map<string, Promise<unknown>>();

  constructor(readonly root: string) {}

  private keep<T>(url: string): Promise<T> {
    const known = this.kept.get(url) ?? request<T>(url);
    this.kept.set(url, known);
    // What did not arrive is asked for again.
    known.catch(() => this.kept.delete(url));
    return known as Promise<T>;
  }

  map(): Promise<MapInfo> {
    return request(`${this.root}?f=json`);
  }

  async collections(): Promise<Collection[]> {
    const answer = await request<{ collections: Collection[] }>(`${this.root}/collections?f=json`);
    return answer.collections;
  }

  itemsUrl(collection: string): string {
    return `${this.root}/collections/${encodeURIComponent(collection)}/items`;
  }

  itemUrl(collection: string, id: string): string {
    return `${this.itemsUrl(collection)}/${encodeURIComponent(id)}`;
  }

  items(collection: string, query: ItemQuery, signal?: AbortSignal): Promise<ItemPage> {
    const parameters = new URLSearchParams({ f: 'json', limit: String(query.limit), ...query.filters });
    if (query.bbox) {
      // Five decimals are a metre: enough for a window.
      parameters.set('bbox', query.bbox.map((value) => Number(value.toFixed(5))).join(','));
    }
    if (query.near) {
      parameters.set('near', query.near.map((value) => Number(value.toFixed(5))).join(','));
    }
    return request(`${this.itemsUrl(collection)}?${parameters}`, {}, signal);
  }

  /** The page after this one, null after the last. */
  async nextItems(page: ItemPage, signal?: AbortSignal): Promise<ItemPage | null> {
    const url = local(page.links.find((link) => link.rel === 'next')?.href);
    return url === undefined ? null : request(url, {}, signal);
  }

  item(collection: string, id: string): Promise<Item> {
    return request(`${this.itemUrl(collection, id)}?f=json`);
  }

  /** The whole history, whatever the number of pages it comes in. */
  async revisions(collection: string, id: string): Promise<Revision[]> {
    const all: Revision[] = [];
    let url: string | undefined = `${this.itemUrl(collection, id)}/revisions?limit=1000`;
    while (url) {
      const page: { items: Revision[]; links?: Link[] } = await request(url);
      all.push(...page.items);
      url = local(page.links?.find((link) => link.rel === 'next')?.href);
    }
    return all;
  }

  tileSet(): Promise<TileSet> {
    return this.keep(`${this.root}/tilejson?f=json`);
  }

  async styleLayers(style: string): Promise<LayerSpecification[]> {
    const url = `${this.root}/styles/${encodeURIComponent(style)}?f=json`;
    return (await this.keep<{ layers: LayerSpecification[] }>(url)).layers;
  }

  /** The address of tiles with {z}, {y} and {x}, on the server that this page came from. */
  tilesUrl({ tiles }: TileSet, query: MapQuery): string {
    const path = (tiles[0] ?? '').replace(/^\w+:\/\/[^/]+/, '');
    return `${location.origin}${path}${path.includes('?') ? '&' : '?'}${parametersOf(query)}`;
  }

  /** Contributions of each collection that the filters leave. */
  async counts(query: MapQuery, signal: AbortSignal): Promise<Map<string, number>> {
    const url = `${this.root}/stats?f=json&by=collection&${parametersOf(query)}`;
    const { tables } = await request<{ tables: CountTable[] }>(url, {}, signal);
    return new Map(tables.flatMap((table) => table.rows).map((row) => [row.key, row.count]));
  }

  /** The page of statistics of what is shown. */
  statsUrl(query: MapQuery): string {
    return `${this.root}/stats?f=html&${parametersOf(query)}`.replace(/&$/, '');
  }

  schema(collection: string): Promise<unknown> {
    return request(`${this.root}/collections/${encodeURIComponent(collection)}/schema`);
  }

  territories(): Promise<FeatureCollection> {
    return request(`${this.root}/territories?f=json`);
  }

  /** Sends a new contribution; the answer is what was stored, with `edit_secret` for an anonymous one. */
  create(collection: string, feature: unknown, token: string): Promise<Item> {
    return post(this.itemsUrl(collection), feature, {
      'Content-Type': 'application/geo+json',
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    });
  }

  /** What is there already that may be the same. */
  async duplicates(collection: string, feature: unknown): Promise<Candidate[]> {
    const url = `${this.root}/collections/${encodeURIComponent(collection)}/duplicates`;
    return (await post<{ items: Candidate[] }>(url, feature, { 'Content-Type': 'application/geo+json' })).items;
  }

  async charter(): Promise<Label> {
    return (await this.keep<{ text: Label }>(`${this.root}/charter`)).text;
  }

  /** As the program has it now, not as a cache kept it, with the tag that a change of it names. */
  itemNow(collection: string, id: string, secret: string | undefined): Promise<Answer<Item>> {
    return exchange(`${this.itemUrl(collection, id)}?f=json`, {
      cache: 'no-cache', headers: secret ? { 'Jalon-Edit-Secret': secret } : {},
    });
  }

  /** Changes a contribution, or proposes the change: 202 when it waits for somebody to accept it. */
  change(collection: string, id: string, patch: unknown, how: HowToChange): Promise<Answer<Item>> {
    const url = this.itemUrl(collection, id);
    return send(how.propose ? 'POST' : 'PATCH', how.propose ? `${url}/proposals` : url, patch, {
      'Content-Type': 'application/merge-patch+json',
      ...(how.propose ? {} : { Prefer: 'merge', 'If-Match': how.etag ?? '*' }),
      ...(how.secret ? { 'Jalon-Edit-Secret': how.secret } : {}),
      ...(how.reason ? { 'Jalon-Reason': encodeURIComponent(how.reason) } : {}),
      ...(how.token ? { Authorization: `Bearer ${how.token}` } : {}),
    });
  }
}

interface HowToChange {
  etag: string | null;
  secret: string | undefined;
  reason: string;
  propose: boolean;
  token: string;
}
