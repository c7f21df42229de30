// SPDX-License-Identifier: AGPL-3.0-or-later
// The workflow of a contribution, for those who run it; and who holds the place that it is about.

import { h } from '../dom';
import { moment, say, t } from '../i18n';
import type { Talk } from './talk';
import { action, form, mark, type Page } from './ui';

export async function status(talk: Talk): Promise<HTMLElement | ''> {
  const spec = talk.host.schema?.fields.find((each) => each.type === 'status');
  if (!spec || spec.choices.length < 2 || !talk.may('set_status')) {
    return '';
  }
  const now = talk.host.entry.item.properties.status;
  return h('details', { class: 'block', id: 'talk-status' }, h('summary', null, t('talk.status')),
    form({
      fields: [
        { name: 'status', label: t('talk.status_new'), type: 'select', value: now ?? '',
          choices: spec.choices.map((each) => [each.key, say(each.label, each.key)]) },
        { name: 'reason', label: t('talk.reason'), type: 'area', maximum: 1000 },
      ],
      submit: t('save'),
      send: async ({ status: wanted, reason }) => {
        await talk.send('POST', '/status', { status: wanted, ...(reason ? { reason } : {}) });
        talk.host.changed();
      },
    }));
}

interface Claim {
  id: string;
  account: string;
  text: string;
  state: string;
  created: string;
}

function one(talk: Talk, claim: Claim): HTMLElement {
  const path = `/claims/${encodeURIComponent(claim.id)}`;
  return h('li', { 'data-claim': claim.id },
    h('p', { class: 'note' }, t('history.by', { author: claim.account, date: moment(claim.created) }), ' ', mark(claim.state)),
    h('p', { class: 'lines' }, claim.text),
    claim.state === 'open' && talk.may('moderate') && action(t('talk.accept'), async () => {
      await talk.send('POST', path, { decision: 'accept' });
      talk.host.changed();
    }),
    claim.state === 'open' && talk.may('moderate') && form({
      fields: [{ name: 'reason', label: t('talk.reason'), required: true, maximum: 1000 }],
      submit: t('talk.refuse'),
      send: async ({ reason }) => {
        await talk.send('POST', path, { decision: 'reject', reason });
        talk.host.changed();
      },
    }));
}

/** To whoever is signed in and did not write it; the list to those who decide. */
export async function claims(talk: Talk): Promise<HTMLElement | ''> {
  if (!talk.account || !talk.may('claim')) {
    return '';
  }
  const { items } = await talk.get<Page<Claim>>('/claims').catch((): Page<Claim> => ({ items: [] }));
  const open = items.filter((each) => each.state === 'open');
  if (talk.isAuthor && open.length === 0) {
    return '';
  }
  const place = h('div', null);
  if (!talk.isAuthor && !open.some((each) => each.account === talk.account)) {
    place.append(form({
      fields: [{ name: 'text', label: t('talk.claim_text'), type: 'area', required: true, maximum: 1000, help: t('talk.claim_help') }],
      submit: t('talk.claim_send'),
      send: async ({ text }) => {
        await talk.send('POST', '/claims', { text });
        place.replaceChildren(h('p', { class: 'said', role: 'status' }, t('talk.claimed')));
      },
    }));
  }
  return h('details', { class: 'block', id: 'talk-claims', open: open.length > 0 && talk.may('moderate') },
    h('summary', null, t('talk.claim')),
    open.length > 0 && h('ul', { class: 'plain comments' }, open.map((each) => one(talk, each))), place);
}
