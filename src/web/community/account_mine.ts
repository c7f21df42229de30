// SPDX-License-Identifier: AGPL-3.0-or-later
// What somebody contributed, also what is not published, with the reasons; and the news about it.

import { h } from '../dom';
import { post, request } from '../http';
import { moment, t, type Word } from '../i18n';
import type { Frame } from './frame';
import { action, form, mark, paged, type Page } from './ui';

interface Mine {
  map: string;
  collection: string;
  id: string;
  title?: string | null;
  moderation: string;
  reason?: string | null;
  created?: string;
  updated?: string;
  version?: number;
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

function row(mine: Mine): HTMLElement {
  const { map, collection, id, title, moderation, reason, updated } = mine;
  return h('li', { 'data-item': id },
    h('h3', null, h('a', { href: `/maps/${encodeURIComponent(map)}#item/${encodeURIComponent(collection)}/${id}` }, title || t('mine.untitled'))),
    h('p', { class: 'facts' }, mark(moderation), h('span', null, map), updated && h('span', null, t('mine.updated', { date: moment(updated) }))),
    reason && h('p', null, t('mine.reason', { reason })),
    (moderation === 'rejected' || moderation === 'hidden') && answer(mine));
}

export async function contributions(): Promise<HTMLElement[]> {
  return [h('section', { class: 'card' },
    h('h2', null, t('account.contributions')),
    await paged<Mine>((url) => request<Page<Mine>>(url), '/accounts/me/contributions?limit=50', row, t('mine.none')))];
}

interface Notification {
  number: number;
  kind: string;
  map?: string | null;
  collection?: string | null;
  contribution?: string | null;
  id?: string | null;
  title?: string | null;
  actor?: string | null;
  detail?: Record<string, unknown>;
  created: string;
  seen?: string | null;
}

function news(each: Notification): HTMLElement {
  const { map, collection, kind, title, actor, detail, created } = each;
  const id = each.contribution ?? each.id;
  const words = t(`news.${kind}` as Word, { actor: actor ?? t('anonymous'), title: title || t('mine.untitled') });
  const reason = detail?.['reason'] ?? detail?.['text'];
  return h('li', { class: each.seen ? null : 'unseen', 'data-kind': kind },
    h('p', null, !each.seen && h('span', { class: 'visually-hidden' }, `${t('news.unseen')} `),
      map && collection && id
        ? h('a', { href: `/maps/${encodeURIComponent(map)}#item/${encodeURIComponent(collection)}/${id}` }, words) : words),
    typeof reason === 'string' && reason && h('p', { class: 'lines' }, `« ${reason} »`),
    h('p', { class: 'facts' }, moment(created)));
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
