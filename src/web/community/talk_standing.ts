// SPDX-License-Identifier: AGPL-3.0-or-later
// Is it published, and if not, why? For its author, who can answer, and for moderators.

import { h } from '../dom';
import { moment, t, tOr } from '../i18n';
import type { Talk } from './talk';
import { action, form, mark } from './ui';

interface Standing {
  moderation: string;
  reason?: string | null;
  decisions?: { decision: string; reason?: string | null; time: string }[];
}

export async function standing(talk: Talk): Promise<HTMLElement | ''> {
  const { moderation } = talk.host.entry.item.properties;
  if (!moderation || moderation === 'published' || !(talk.isAuthor || talk.may('moderate'))) {
    return '';
  }
  const now = await talk.get<Standing>('/moderation').catch((): Standing => ({ moderation }));
  const decisions = now.decisions ?? [];
  const answers = talk.isAuthor && (now.moderation === 'rejected' || now.moderation === 'hidden');
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
    h('p', null, t('talk.not_public'), ' ', mark(now.moderation)),
    now.reason && h('p', null, t('history.reason', { reason: now.reason })),
    decisions.length > 0 && h('ul', { class: 'plain' }, decisions.map((each) =>
      h('li', { class: 'note' }, tOr(`action.${each.decision}`, each.decision), ' · ', moment(each.time), each.reason ? ` · ${each.reason}` : ''))), place);
}

/** An anonymous contribution: into one's account with its secret; or the secret again, by mail. */
export function ownership(talk: Talk): HTMLElement | '' {
  const { host } = talk;
  const { author, source } = host.entry.item.properties;
  if (author || source) {
    return '';
  }
  if (host.secret) {
    return talk.account ? h('section', { class: 'block', id: 'talk-adopt' },
      action(t('talk.adopt'), async () => {
        await talk.send('POST', '/adopt');
        host.changed();
      }), h('p', { class: 'note' }, t('talk.adopt_help'))) : '';
  }
  const place = h('details', { class: 'block', id: 'talk-recover' }, h('summary', null, t('talk.recover')));
  place.append(form({
    fields: [{ name: 'email', label: t('talk.recover_email'), type: 'email', required: true, autocomplete: 'email', help: t('talk.recover_help') }],
    submit: t('talk.comment_send'),
    send: async ({ email }) => {
      await talk.send('POST', '/secret', { email });
      place.replaceChildren(h('summary', null, t('talk.recover')), h('p', { class: 'said', role: 'status' }, t('talk.recover_sent')));
    },
  }));
  return place;
}
