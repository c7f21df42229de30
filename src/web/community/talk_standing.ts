// SPDX-License-Identifier: AGPL-3.0-or-later
// Is it published, and if not, why? For its author, who can answer, and for moderators.

import { h } from '../dom';
import { moment, t, type Word } from '../i18n';
import type { Talk } from './talk';
import { form, mark } from './ui';

interface Standing {
  state: string;
  reason?: string | null;
  decisions?: { action?: string; decision?: string; reason?: string | null; time: string }[];
}

export async function standing(talk: Talk): Promise<HTMLElement | ''> {
  const { moderation } = talk.host.entry.item.properties;
  if (!moderation || moderation === 'published' || !(talk.isAuthor || talk.may('moderate'))) {
    return '';
  }
  const now = await talk.get<Standing>('/moderation').catch((): Standing => ({ state: String(moderation) }));
  const decisions = now.decisions ?? [];
  const answers = talk.isAuthor && (now.state === 'rejected' || now.state === 'hidden');
  const place = h('div', null);
  if (answers) {
    place.append(form({
      fields: [{ name: 'text', label: t('talk.answer_moderation'), type: 'area', required: true, maximum: 1000 }],
      submit: t('talk.comment_send'),
      send: async ({ text }) => {
        await talk.send('POST', '/answer', { text });
        place.replaceChildren(h('p', { class: 'said', role: 'status' }, t('talk.answered')));
      },
    }));
  }
  return h('section', { class: 'block', id: 'talk-standing' },
    h('p', null, t('talk.not_public'), ' ', mark(now.state)),
    now.reason && h('p', null, t('history.reason', { reason: now.reason })),
    decisions.length > 0 && h('ul', { class: 'plain' }, decisions.map((each) => {
      const name = each.decision ?? each.action ?? '';
      return h('li', { class: 'note' }, t(`action.${name}` as Word), ' · ', moment(each.time), each.reason ? ` · ${each.reason}` : '');
    })), place);
}
