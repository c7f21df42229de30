// SPDX-License-Identifier: AGPL-3.0-or-later
// What somebody contributed, also what is not published, with the reasons; and the news about it.

import { h } from '../dom';
import { post, request } from '../http';
import { moment, say, t, type Word } from '../i18n';
import type { Label } from '../types';
import type { Frame } from './frame';
import { action, form, mark, paged, type Page } from './ui';

interface Mine {
  map: string;
  map_title?: Label;
  collection: string;
  id: string;
  title?: string | null;
  moderation: string;
  updated?: string;
}

interface Membership {
  map: string;
  title?: Label;
  role: string;
}

/** `GET I/{id}/moderation` */
interface Verdict {
  reason?: string | null;
}

function itemPath({ map, collection, id }: { map: string; collection: string; id: string }): string {
  return `/maps/${encodeURIComponent(map)}/collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}`;
}

/** What the author of a contribution that was not accepted can say about it. */
function answer(mine: Mine): HTMLElement {
  const place = h('details', null, h('summary', null, t('mine.answer')));
  place.append(form({
    fields: [{ name: 'text', label: t('mine.answer_text'), type: 'area', required: true, maximum: 1000 }],
    submit: t('mine.answer_send'),
    send: async ({ text }) => {
      await post(`${itemPath(mine)}/answer`, { text });
      place.replaceWith(h('p', { class: 'said', role: 'status' }, t('mine.answer_sent')));
    },
  }));
  return place;
}

/** Why it is not published, asked of the program for the few that are not. */
function verdict(mine: Mine): HTMLElement {
  const place = h('div', { class: 'verdict' });
  request<Verdict>(`${itemPath(mine)}/moderation`).then(({ reason }) => {
    place.prepend(reason ? h('p', null, t('mine.reason', { reason })) : '');
    if (reason) {
      place.append(answer(mine));
    }
  }, () => undefined);
  return place;
}

function row(mine: Mine): HTMLElement {
  const { map, collection, id, title, moderation, updated } = mine;
  return h('li', { 'data-item': id },
    h('h3', null, h('a', { href: `/maps/${encodeURIComponent(map)}#item/${encodeURIComponent(collection)}/${id}` }, title || t('mine.untitled'))),
    h('p', { class: 'facts' }, mark(moderation), h('span', null, say(mine.map_title, map)), updated && h('span', null, t('mine.updated', { date: moment(updated) }))),
    (moderation === 'rejected' || moderation === 'hidden') && verdict(mine));
}

const DOORS: Record<string, [path: string, word: Word][]> = {
  moderator: [['desk', 'mine.desk'], ['members', 'mine.members']],
  admin: [['desk', 'mine.desk'], ['members', 'mine.members'], ['settings', 'mine.settings']],
};

/** The maps in which somebody has something to do. */
function maps(memberships: Membership[]): HTMLElement | null {
  return memberships.length === 0 ? null : h('section', { class: 'card', id: 'my-maps' },
    h('h2', null, t('mine.maps')),
    h('ul', { class: 'rows' }, memberships.map(({ map, title, role }) => h('li', null,
      h('h3', null, h('a', { href: `/maps/${encodeURIComponent(map)}` }, say(title, map))),
      h('p', { class: 'facts' }, h('span', { class: 'state' }, t(`role.${role}` as Word)),
        (DOORS[role] ?? []).map(([path, word]) => h('a', { href: `/maps/${encodeURIComponent(map)}/${path}` }, t(word))))))));
}

export async function contributions(): Promise<HTMLElement[]> {
  const [{ memberships }, list] = await Promise.all([
    request<{ memberships?: Membership[] }>('/accounts/me'),
    paged<Mine>((url) => request<Page<Mine>>(url), '/accounts/me/contributions?limit=50', row, t('mine.none')),
  ]);
  return [maps(memberships ?? []), h('section', { class: 'card' }, h('h2', null, t('account.contributions')), list)]
    .filter((each): each is HTMLElement => each !== null);
}

interface Notification {
  number: number;
  kind: string;
  /** In the reader's language. */
  text: string;
  map?: string | null;
  collection?: string | null;
  item?: { id: string; title?: string | null } | null;
  /** Why it was decided so; what was said. */
  detail?: { reason?: string; text?: string };
  time: string;
  seen?: string | null;
}

function news(each: Notification): HTMLElement {
  const { map, collection, kind, item, text, time, detail } = each;
  return h('li', { class: each.seen ? null : 'unseen', 'data-kind': kind },
    h('p', { class: 'lines' }, !each.seen && h('span', { class: 'visually-hidden' }, `${t('news.unseen')} `), text),
    detail?.text && h('blockquote', { class: 'lines' }, detail.text),
    detail?.reason && h('p', { class: 'lines' }, t('mine.reason', { reason: detail.reason })),
    h('p', { class: 'facts' }, map && collection && item
      ? h('a', { href: `/maps/${encodeURIComponent(map)}#item/${encodeURIComponent(collection)}/${item.id}` }, item.title || t('mine.untitled')) : null,
      h('span', null, moment(time))));
}

export async function notifications(frame: Frame): Promise<HTMLElement[]> {
  let newest = 0;
  const list = await paged<Notification>(async (url) => {
    const page = await request<Page<Notification>>(url);
    newest = Math.max(newest, ...page.items.map((each) => each.number));
    return page;
  }, '/accounts/me/notifications?limit=50', news, t('news.none'));
  return [h('section', { class: 'card' },
    h('div', { class: 'view-head' }, h('h2', null, t('account.notifications')),
      frame.unseen > 0 && action(t('news.all_seen'), async () => {
        await post('/accounts/me/notifications/seen', { up_to: newest });
        await frame.show(true);
      }, { id: 'all-seen' })),
    list)];
}
