// SPDX-License-Identifier: AGPL-3.0-or-later
// The contributions on the map: the program's vector tiles, drawn with one of its styles. What is
// asked for is what is shown and no more: the address of the tiles holds the collections that are
// ticked and the filters. Tiles are asked for again after a contribution was made here; those that
// did not change are answered with 304.

import type { LayerSpecification, Map as MapLibre, MapGeoJSONFeature, VectorTileSource } from 'maplibre-gl';
import type { TileSet } from './api';
import type { State } from './state';

const SOURCE = 'contributions';
const DIM = 0.35;
// What failed is tried again by itself: nobody should have to find a button on a moving bus.
const RETRY_MS = 10000;
const WATCH_MS = 250;
// Zooms beyond the last that merges: a unit of a tile is less than a pixel then, however near one looks.
const FINER = 2;

export type Drawn = 'loading' | 'drawn' | 'failed';

/** The paint properties that dimming changes, by type of layer. */
const OPACITIES: Record<string, string[]> = {
  circle: ['circle-opacity', 'circle-stroke-opacity'],
  line: ['line-opacity'],
  fill: ['fill-opacity'],
  symbol: ['text-opacity'],
};

export class ContributionLayers {
  private layers: LayerSpecification[] = [];
  private style: string | null = null;
  private tileSet: TileSet | null = null;
  private tiles: string | null = null;
  private dimmed = false;
  private failed = false;
  /** Tiles on their way belong to an older address or state: they are asked for once more. */
  private outdated = false;
  /** Counts updates, so that a style that comes late does not replace a newer one. */
  private updating = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly map: MapLibre,
    private readonly state: State,
    /** The layer above. */
    private readonly above: string,
    private readonly report: (drawn: Drawn) => void,
  ) {
    map.on('sourcedata', (event) => {
      if (event.sourceId === SOURCE) {
        this.settle();
      }
    });
    map.on('error', (event: { sourceId?: string }) => {
      if (event.sourceId === SOURCE) {
        this.fail();
        this.settle();
      }
    });
    window.addEventListener('online', () => this.failed && this.reload());
  }

  /** The lowest layer, for what is drawn below all contributions. */
  get lowest(): string {
    return this.layers[0]?.id ?? this.above;
  }

  /** Draws what the state says: style, collections, filters. */
  async update(): Promise<void> {
    const mine = ++this.updating;
    const { api, style } = this.state;
    try {
      const [tileSet, layers] = await Promise.all([api.tileSet(), api.styleLayers(style)]);
      if (mine === this.updating) {
        this.tileSet = tileSet;
        this.apply(tileSet, style, layers);
      }
    } catch {
      if (mine === this.updating) {
        this.fail();
        this.report('failed');
      }
    }
  }

  private apply(tileSet: TileSet, style: string, layers: LayerSpecification[]): void {
    if (!this.map.getSource(SOURCE)) {
      this.addSource(tileSet);
    }
    if (this.style !== style) {
      this.layers.forEach((each) => this.map.removeLayer(each.id));
      this.layers = layers.map((each) => ({ ...each, source: SOURCE }) as LayerSpecification);
      this.layers.forEach((each) => this.map.addLayer(each, this.above));
      this.style = style;
      this.dim(this.dimmed);
    }
    // Before the tiles: a layer that changes makes MapLibre read again the tiles it has, and of two
    // such wishes within a frame it follows the last.
    for (const layer of this.layers) {
      const collection = this.state.collection(sourceLayer(layer));
      const visible = collection !== undefined && this.state.shown(collection);
      this.map.setLayoutProperty(layer.id, 'visibility', visible ? 'visible' : 'none');
    }
    this.setTiles(tileSet);
    this.settle();
  }

  private addSource(tileSet: TileSet): void {
    this.tiles = this.state.api.tilesUrl(tileSet, this.state.query());
    this.begin();
    // Without the bounds of what there is: the next contribution may lie beyond them.
    this.map.addSource(SOURCE, {
      type: 'vector', tiles: [this.tiles], minzoom: tileSet.minzoom, maxzoom: this.lastZoom(tileSet),
    });
  }

  /** Nearer than this nothing comes apart any more: the tiles that are there are drawn larger. */
  private lastZoom(tileSet: TileSet): number {
    const merging = Math.max(...this.state.collections.map((each) => each.cluster_max_zoom));
    return Math.min(merging + FINER, tileSet.maxzoom);
  }

  private setTiles(tileSet: TileSet): void {
    const tiles = this.state.api.tilesUrl(tileSet, this.state.query());
    if (tiles !== this.tiles) {
      this.tiles = tiles;
      this.begin();
      this.map.getSource<VectorTileSource>(SOURCE)?.setTiles([tiles]);
    }
  }

  /** Asks again for what is drawn; it stays until the answers come. */
  reload(): void {
    if (!this.tileSet || !this.style) {
      void this.update();
      return;
    }
    this.begin();
    this.map.refreshTiles(SOURCE);
    this.settle();
  }

  private begin(): void {
    clearTimeout(this.retry);
    this.failed = false;
    this.outdated = this.map.getSource(SOURCE) !== undefined && !this.map.isSourceLoaded(SOURCE);
    this.report('loading');
  }

  private fail(): void {
    this.failed = true;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.reload(), RETRY_MS);
  }

  private settle(): void {
    clearTimeout(this.watch);
    if (!this.map.getSource(SOURCE) || !this.map.isSourceLoaded(SOURCE)) {
      this.report('loading');
      // A tile that is as it was makes no event.
      this.watch = setTimeout(() => this.settle(), WATCH_MS);
    } else if (this.outdated) {
      this.reload();
    } else {
      this.report(this.failed ? 'failed' : 'drawn');
    }
  }

  /** What is drawn within a box of pixels. */
  within(box: [[number, number], [number, number]]): MapGeoJSONFeature[] {
    return this.map.queryRenderedFeatures(box, { layers: this.layers.map((each) => each.id) });
  }

  /** Steps back while something new is placed. */
  dim(on: boolean): void {
    this.dimmed = on;
    for (const layer of this.layers) {
      const paint = (layer.paint ?? {}) as Record<string, unknown>;
      for (const name of OPACITIES[layer.type] ?? []) {
        this.map.setPaintProperty(layer.id, name, on ? DIM : (paint[name] ?? 1));
      }
    }
  }
}

function sourceLayer(layer: LayerSpecification): string {
  return 'source-layer' in layer ? (layer['source-layer'] ?? '') : '';
}
