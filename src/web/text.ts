// SPDX-License-Identifier: AGPL-3.0-or-later
// Texts that come from settings: web addresses in them become links, tags do not become anything.

import { h } from './dom';

/** The text in pieces, its web addresses as links. */
export function linkify(text: string): (Node | string)[] {
  return plain(text)
    .split(/(https?:\/\/[^\s<>"')]+)/)
    .filter(Boolean)
    .map((part) =>
      /^https?:\/\//.test(part) ? h('a', { href: part, rel: 'noopener', target: '_blank' }, part) : part,
    );
}

/** Attributions are often published as HTML: the words are kept. */
export function plain(text: string): string {
  return new DOMParser().parseFromString(text, 'text/html').body.textContent ?? '';
}
