// SPDX-License-Identifier: AGPL-3.0-or-later
// What an account shows of itself, and what it contributed.

import '../words_profile';

import { h } from '../dom';
import { request } from '../http';
import { date, say, t, type Word } from '../i18n';
import { linkify } from '../text';
import type { Label } from '../types';
import { Frame } from './frame';
import { paged, type Page } from './ui';

interface Profile {
  name: string;
  kind?: string;
  display_name?: string | null;
  about?: string | null;
  website?: string | null;
  created?: string;
  shows_contributions?: boolean;
}

interface Contribution {
  map: string;
  map_title?: Label;
  collection: string;
  id: string;
  title?: string | null;
  created?: string;
  updated?: string;
}

function row({ map, map_title, collection, id, title, created }: Contribution): HTMLElement {
  return h('li', { 'data-item': id },
    h('h3', null, h('a', { href: `/maps/${encodeURIComponent(map)}#item/${encodeURIComponent(collection)}/${id}` }, title || t('mine.untitled'))),
    h('p', { class: 'facts' }, h('span', null, say(map_title, map)), created && h('span', null, date(created))));
}

async function render(): Promise<HTMLElement[]> {
  const path = location.pathname.replace(/\/$/, '');
  const profile = await request<Profile>(`${path}?f=json`);
  document.title = profile.display_name || profile.name;
  const list = profile.shows_contributions === false ? null
    : await paged<Contribution>((url) => request<Page<Contribution>>(url), `${path}/contributions?limit=50`, row, t('profile.nothing'));
  return [
    h('section', { class: 'card', id: 'profile' },
      h('h2', null, profile.display_name || profile.name),
      h('p', { class: 'facts' }, h('span', null, profile.name), profile.kind && h('span', { class: 'state' }, t(`kind.${profile.kind}` as Word)),
        profile.created && h('span', null, t('profile.since', { date: date(profile.created) }))),
      profile.about && h('p', { class: 'lines' }, profile.about),
      profile.website && h('p', null, ...linkify(profile.website))),
    list && h('section', { class: 'card' }, h('h2', null, t('profile.contributions')), list),
  ].filter((each): each is HTMLElement => each !== null);
}

void new Frame('profile.title', render, false).start();
