// SPDX-License-Identifier: AGPL-3.0-or-later
// Making elements without markup in strings: nothing that comes from a contribution is ever parsed
// as HTML, and the Content-Security-Policy needs no exception for inline styles.

type Child = Node | string | number | null | undefined | false;
type Props = Record<string, unknown>;

const SVG = 'http://www.w3.org/2000/svg';

function set(element: Element, name: string, value: unknown): void {
  if (value === undefined || value === null || value === false) {
    return;
  }
  if (name.startsWith('on') && typeof value === 'function') {
    element.addEventListener(name.slice(2), value as EventListener);
  } else if (name === 'value' || name === 'checked' || name === 'disabled' || name === 'open') {
    (element as unknown as Props)[name] = value;
  } else {
    element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** An element with attributes (`on…` members are listeners) and children; falsy children are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props | null = null,
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  // The value of a <select> is chosen among its options, so they have to be there first.
  element.append(...flatten(children));
  for (const [name, value] of Object.entries(props ?? {})) {
    set(element, name, value);
  }
  return element;
}

function flatten(children: (Child | Child[])[]): (Node | string)[] {
  return children
    .flat()
    .filter((child): child is Node | string | number => child !== null && child !== undefined && child !== false)
    .map((child) => (typeof child === 'number' ? String(child) : child));
}

/** A coloured mark: an SVG attribute carries the colour, which a policy without inline styles allows. */
export function swatch(color: string, kind: 'point' | 'line' | 'polygon' = 'point'): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'swatch');
  svg.setAttribute('aria-hidden', 'true');
  const shapes = {
    point: ['circle', { cx: 8, cy: 8, r: 6, fill: color }],
    line: ['path', { d: 'M1 13 6 6l4 4 5-7', fill: 'none', stroke: color, 'stroke-width': 3 }],
    polygon: ['path', { d: 'M2 4 9 2l5 6-4 6-7-2z', fill: color, 'fill-opacity': 0.5, stroke: color }],
  } as const;
  const [name, attributes] = shapes[kind];
  const shape = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    shape.setAttribute(key, String(value));
  }
  svg.append(shape);
  return svg;
}

/** The mark of several contributions in one place. */
export function cluster(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'cluster');
  svg.setAttribute('aria-hidden', 'true');
  const disc = document.createElementNS(SVG, 'circle');
  for (const [key, value] of Object.entries({ cx: 12, cy: 12, r: 10.5, fill: '#fff', stroke: 'currentColor', 'stroke-width': 2.5 })) {
    disc.setAttribute(key, String(value));
  }
  const count = document.createElementNS(SVG, 'text');
  for (const [key, value] of Object.entries({
    x: 12, y: 16, 'text-anchor': 'middle', 'font-size': 10, fill: 'currentColor',
  })) {
    count.setAttribute(key, String(value));
  }
  count.textContent = '12';
  svg.append(disc, count);
  return svg;
}

/** The drawing of a button; decorative, the button says its name itself. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS(SVG, 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

export const ICONS = {
  layers: 'M12 3 2 8.5 12 14l10-5.5zM4 13l8 4.5L20 13M4 17l8 4.5L20 17',
  list: 'M8 6h13M8 12h13M8 18h13M3 6h.01M3 12h.01M3 18h.01',
  add: 'M12 4v16M4 12h16',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M15 5l-7 7 7 7',
  locate: 'M12 2v4M12 18v4M2 12h4M18 12h4M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10z',
  target: 'M12 2v7M12 15v7M2 12h7M15 12h7M12 12h.01',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c0-4 3.5-6 8-6s8 2 8 6',
  undo: 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
};

/** Moves the focus to something that is not a control, such as the heading of what just opened. */
export function focusHeading(element: HTMLElement | null): void {
  if (element) {
    element.tabIndex = -1;
    element.focus({ preventScroll: false });
  }
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) {
    throw new Error(`the page has no element #${id}`);
  }
  return element;
}
