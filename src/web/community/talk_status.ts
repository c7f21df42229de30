// SPDX-License-Identifier: AGPL-3.0-or-later
// The workflow of a contribution, for those who run it; and who holds the place that it is about.

import { h } from '../dom';
import { moment, plural, say, t } from '../i18n';
import { announce } from '../live';
import type { Talk } from './talk';
import { action, form, mark, type Page } from './ui';

export function status(talk: Talk): HTMLElement | '' {
  const spec = talk.host.schema?.fields.find((each) => each.type === 'status');
  const steps = spec?.steps[talk.host.entry.item.properties.status ?? spec.initial ?? ''];
  const next = (spec?.choices ?? []).filter((each) => Array.isArray(steps) && steps.includes(each.key));
  if (next.length === 0 || !talk.mayAsAuthor('set_status')) {
    return '';
  }
  return h('details', { class: 'block', id: 'talk-status' }, h('summary', null, t('talk.status')),
    form({
      fields: [
        { name: 'status', label: t('talk.status_new'), type: 'select', value: next[0]?.key ?? '',
          choices: next.map((each) => [each.key, say(each.label, each.key)]) },
        { name: 'reason', label: t('talk.reason'), type: 'area', maximum: 1000, required: next.every((each) => each.closes),
          wrong: ({ status: wanted, reason }) =>
            !reason && next.some((each) => each.closes && each.key === wanted) ? t('talk.status_reason') : null },
      ],
      submit: t('save'),
      send: async ({ status: wanted, reason }) => {
        await talk.send('POST', '/status', { status: wanted, ...(reason ? { reason } : {}) });
        talk.host.changed();
      },
    }));
}

// --- Claims ---

interface Claim {
  id: string;
  account: string;
  text: string;
  state: string;
  reason?: string | null;
  created: string;
}

function one(talk: Talk, claim: Claim, decides: boolean, decide: (claim: Claim, body: Record<string, unknown>) => Promise<void>): HTMLElement {
  const open = claim.state === 'open';
  return h('li', { 'data-claim': claim.id },
    h('p', { class: 'note' }, t('history.by', { author: claim.account, date: moment(claim.created) }), ' ', mark(claim.state)),
    h('p', { class: 'lines' }, claim.text),
    claim.reason && h('p', null, t('history.reason', { reason: claim.reason })),
    open && decides && action(t('talk.accept'), () => decide(claim, { decision: 'accept' }), { class: 'primary' }),
    open && decides && h('details', null, h('summary', null, t('talk.refuse')), form({
      fields: [{ name: 'reason', label: t('talk.reason'), required: true, maximum: 1000 }],
      submit: t('talk.refuse'),
      send: ({ reason }) => decide(claim, { decision: 'reject', reason }),
    })),
    open && claim.account === talk.account && action(t('talk.claim_withdraw'), () => decide(claim, { decision: 'withdraw' })));
}

function asking(talk: Talk, again: () => Promise<void>): HTMLElement {
  return form({
    fields: [{ name: 'text', label: t('talk.claim_text'), type: 'area', required: true, maximum: 1000, help: t('talk.claim_help') }],
    submit: t('talk.claim_send'),
    send: async ({ text }) => {
      await talk.send('POST', '/claims', { text });
      await again();
      announce(t('talk.claimed'));
    },
  });
}

/** To those who decide what waits; to whoever is signed in and did not write it, what became of their own. */
export async function claims(talk: Talk): Promise<HTMLElement | ''> {
  const decides = talk.may('moderate') || talk.isAuthor;
  const mayAsk = talk.account !== null && talk.may('claim') && !talk.isAuthor;
  if (!decides && !mayAsk) {
    return '';
  }
  const whole = h('details', { class: 'block', id: 'talk-claims' });
  const decide = async (claim: Claim, body: Record<string, unknown>): Promise<void> => {
    await talk.send('POST', `/claims/${encodeURIComponent(claim.id)}`, body);
    if (body['decision'] === 'withdraw') {
      await again();
    } else {
      talk.host.changed();
    }
  };
  const draw = async (): Promise<number> => {
    const { items } = await talk.get<Page<Claim>>('/claims?limit=100').catch((): Page<Claim> => ({ items: [] }));
    const open = items.filter((each) => each.state === 'open');
    const shown = items.filter((each) => each.state === 'open' || each.account === talk.account);
    const waits = open.some((each) => each.account === talk.account);
    const row = (each: Claim): HTMLElement =>
      one(talk, each, decides && (talk.may('moderate') || each.account !== talk.account), decide);
    whole.replaceChildren(
      h('summary', null, decides && open.length > 0 ? plural('talk.claims', open.length) : t('talk.claim')),
      ...(shown.length > 0 ? [h('ul', { class: 'plain comments' }, shown.map(row))] : []),
      ...(mayAsk && !waits ? [asking(talk, again)] : []));
    whole.open = whole.open || (decides && open.length > 0);
    return shown.length;
  };
  const again = async (): Promise<void> => {
    await draw();
    whole.querySelector('summary')?.focus();
  };
  const count = await draw();
  return mayAsk || count > 0 ? whole : '';
}
