// SPDX-License-Identifier: AGPL-3.0-or-later
// The trail of what moderators and admins did, newest first.

import { h } from '../dom';
import { request } from '../http';
import { moment, t, type Word } from '../i18n';
import { paged, type Page } from './ui';

interface Entry {
  number: number;
  time: string;
  actor?: string | null;
  action: string;
  contribution?: string | null;
  id?: string | null;
  collection?: string | null;
  title?: string | null;
  subject?: string | null;
  reason?: string | null;
}

export async function trail(root: string): Promise<HTMLElement> {
  const row = (each: Entry): HTMLElement => {
    const id = each.contribution ?? each.id;
    const title = each.title || each.subject || id || '';
    return h('li', { 'data-action': each.action },
      h('p', null, h('strong', null, t(`audit.${each.action}` as Word)), ' · ',
        id && each.collection ? h('a', { href: `${root}#item/${encodeURIComponent(each.collection)}/${id}` }, title) : title),
      each.reason && h('p', null, t('history.reason', { reason: each.reason })),
      h('p', { class: 'facts' }, each.actor ?? t('audit.server'), ' · ', moment(each.time)));
  };
  return h('section', { class: 'card' }, h('h2', null, t('desk.audit')),
    await paged<Entry>((url) => request<Page<Entry>>(url), `${root}/audit?limit=50`, row, t('audit.none')));
}
