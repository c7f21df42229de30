// SPDX-License-Identifier: AGPL-3.0-or-later
// Texts that come from elsewhere: settings, whose web addresses become links and whose tags do not
// become anything, and the program's reasons.

import { h } from './dom';
import { lang } from './i18n';

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

/** A reason as the program gives it, in the reader's language, as a sentence of its own. */
export function sentence(reason: string): string {
  const said = reason.charAt(0).toLocaleUpperCase(lang()) + reason.slice(1);
  return /[.!?…]$/.test(said) ? said : `${said}.`;
}
