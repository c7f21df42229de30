// SPDX-License-Identifier: AGPL-3.0-or-later
// The trail of what moderators and admins did, newest first.

import { h } from '../dom';
import { request } from '../http';
import { moment, t, tOr } from '../i18n';
import { paged, type Page } from './ui';

interface Entry {
  number: number;
  time: string;
  actor?: string | null;
  action: string;
  contribution?: { id: string; collection: string } | null;
  subject?: string | null;
  reason?: string | null;
}

export async function trail(root: string): Promise<HTMLElement> {
  const row = (each: Entry): HTMLElement => {
    const { contribution, subject } = each;
    return h('li', { 'data-action': each.action },
      h('p', null, h('strong', null, tOr(`audit.${each.action}`, each.action)), ' ', subject,
        contribution && h('a', { href: `${root}#item/${encodeURIComponent(contribution.collection)}/${contribution.id}` }, t('audit.open'))),
      each.reason && h('p', null, t('history.reason', { reason: each.reason })),
      h('p', { class: 'facts' }, each.actor ?? t('audit.server'), ' · ', moment(each.time)));
  };
  return h('section', { class: 'card' }, h('h2', null, t('desk.audit')),
    await paged<Entry>((url) => request<Page<Entry>>(url), `${root}/audit?limit=50`, row, t('audit.none')));
}
