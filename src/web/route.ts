// SPDX-License-Identifier: AGPL-3.0-or-later
// What is open is in the address (after the #): the back button of a phone closes it, and an
// address that is sent to somebody opens the same thing at the same place.
//
//   #list@14/43.61/3.87   #item/<collection>/<id>   #history/<collection>/<id>   #add
//   #edit/<collection>/<id>   #propose/<collection>/<id>

import type { LonLat } from './types';

export type Route =
  | { view: 'map' | 'legend' | 'list' | 'add' }
  | { view: ItemView; collection: string; id: string };

const ITEM_VIEWS = ['item', 'history', 'edit', 'propose'] as const;
type ItemView = (typeof ITEM_VIEWS)[number];

export interface Place {
  zoom: number;
  centre: LonLat;
}

function parsePlace(text: string | undefined): Place | null {
  const [zoom, lat, lon] = (text ?? '').split('/').map(Number);
  if (zoom === undefined || lat === undefined || lon === undefined) {
    return null;
  }
  const inRange = Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 24;
  return inRange ? { zoom, centre: [lon, lat] } : null;
}

function parse(hash: string): { route: Route; place: Place | null } {
  const [path = '', at] = hash.replace(/^#/, '').split('@');
  const [view, collection, id] = path.split('/').map(decode);
  const place = parsePlace(at);
  const itemView = ITEM_VIEWS.find((each) => each === view);
  if (itemView && collection && id) {
    return { route: { view: itemView, collection, id }, place };
  }
  if (view === 'legend' || view === 'list' || view === 'add') {
    return { route: { view }, place };
  }
  return { route: { view: 'map' }, place };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return ''; // an address somebody cut in the middle
  }
}

function format(route: Route, place: Place | null): string {
  const parts = 'id' in route ? [route.view, route.collection, route.id] : [route.view];
  const path = route.view === 'map' ? '' : parts.map(encodeURIComponent).join('/');
  const at = place
    ? `@${place.zoom.toFixed(1)}/${place.centre[1].toFixed(4)}/${place.centre[0].toFixed(4)}`
    : '';
  return path || at ? `#${path}${at}` : location.pathname + location.search;
}

export class Router {
  route: Route;
  place: Place | null;
  private depth = 0;

  /** `returned`: by the back button or a close button, to something that had been open. */
  constructor(private readonly show: (route: Route, returned: boolean) => void) {
    ({ route: this.route, place: this.place } = parse(location.hash));
    window.addEventListener('popstate', () => {
      this.depth = Math.max(0, this.depth - 1);
      this.route = parse(location.hash).route;
      this.show(this.route, true);
    });
  }

  go(route: Route): void {
    if (format(route, null) === format(this.route, null)) {
      return;
    }
    this.route = route;
    this.depth += 1;
    history.pushState(null, '', format(route, this.place));
    this.show(route, false);
  }

  /** What a close button does: what the back button does, when that stays on this page. */
  back(otherwise: Route): void {
    if (this.depth > 0) {
      history.back();
    } else {
      this.route = otherwise;
      history.replaceState(null, '', format(otherwise, this.place));
      this.show(otherwise, true);
    }
  }

  /** The map was moved: the address follows without a new step for the back button. */
  moved(place: Place): void {
    this.place = place;
    history.replaceState(null, '', format(this.route, place));
  }
}
