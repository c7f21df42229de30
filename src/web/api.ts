// SPDX-License-Identifier: AGPL-3.0-or-later
// Requests to the program. Two kinds of failure are told apart because people can do different
// things about them: the network did not carry the request, or the program refused it.

import type { FeatureCollection } from 'geojson';
import type { LayerSpecification } from 'maplibre-gl';
import { lang } from './i18n';
import type { Box, Collection, CountTable, Item, ItemPage, Link, LonLat, MapInfo, Problem, Revision } from './types';

/** The program answered, and the answer is no. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
  }
}

/** No answer, or one that is cut off. */
export class NetworkError extends Error {}

// A phone at the edge of a network may hold a connection open for minutes without a byte.
const TIMEOUT_MS = 30000;

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

async function readProblem(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return { title: response.statusText };
  }
}

/** Links carry the public address of the server; this page may have been reached by another one. */
function local(href: string | undefined): string | undefined {
  if (href === undefined) {
    return undefined;
  }
  const { pathname, search } = new URL(href, location.href);
  return pathname + search;
}

async function request<T>(url: string, init: RequestInit = {}, signal?: AbortSignal): Promise<T> {
  const timer = new AbortController();
  const stop = (): void => timer.abort();
  const timeout = setTimeout(stop, TIMEOUT_MS);
  signal?.addEventListener('abort', stop);
  try {
    const response = await fetch(url, {
      ...init,
      // Reasons of a refusal are for the reader, in the language chosen here.
      headers: { Accept: 'application/json, */*;q=0.5', 'Accept-Language': lang(), ...init.headers },
      signal: timer.signal,
    });
    if (!response.ok) {
      throw new RefusedError(response.status, await readProblem(response));
    }
    return (await response.json()) as T;
  } catch (error) {
    if (error instanceof RefusedError) {
      throw error;
    }
    throw new NetworkError(String(error));
  } finally {
    clearTimeout(timeout);
    signal?.removeEventListener('abort', stop);
  }
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
    const headers: Record<string, string> = { 'Content-Type': 'application/geo+json' };
    if (token) {
      headers['Authorization'] = `Bearer ${token}`;
    }
    return request(this.itemsUrl(collection), {
      method: 'POST',
      headers,
      body: JSON.stringify(feature),
    });
  }
}
