// SPDX-License-Identifier: AGPL-3.0-or-later
// Licences by the short names that data carries, as people know them, with their text one tap away.

import { h } from './dom';

const KNOWN: Record<string, [string, string]> = {
  'etalab-2.0': ['Licence Ouverte 2.0', 'https://www.etalab.gouv.fr/licence-ouverte-open-licence/'],
  'odbl-1.0': ['ODbL 1.0', 'https://opendatacommons.org/licenses/odbl/1-0/'],
  'cc0-1.0': ['CC0 1.0', 'https://creativecommons.org/publicdomain/zero/1.0/'],
  'cc-by-4.0': ['CC BY 4.0', 'https://creativecommons.org/licenses/by/4.0/'],
  'cc-by-sa-4.0': ['CC BY-SA 4.0', 'https://creativecommons.org/licenses/by-sa/4.0/'],
};

/** The name of a licence, linked to its text when it is known. */
export function licenceName(licence: string): HTMLElement | string {
  const known = KNOWN[licence.toLowerCase()];
  return known ? h('a', { href: known[1], rel: 'license noopener', target: '_blank' }, known[0]) : licence;
}
