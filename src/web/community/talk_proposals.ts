// SPDX-License-Identifier: AGPL-3.0-or-later
// Changes that others propose: field by field, taken wholly or in part.

import type { CategoryTree } from '../categories';
import { h } from '../dom';
import { changeRow, fieldName } from '../history';
import { moment, plural, t } from '../i18n';
import type { Change } from '../types';
import type { Talk } from './talk';
import { action, form, mark, type Page } from './ui';

interface Proposal {
  id: string;
  base?: number;
  changes: Change[];
  author?: string | null;
  reason?: string | null;
  state: string;
  answer?: string | null;
  created: string;
}

function one(talk: Talk, tree: CategoryTree, proposal: Proposal): HTMLElement {
  const path = `/proposals/${encodeURIComponent(proposal.id)}`;
  const { schema } = talk.host;
  const open = proposal.state === 'open';
  const decides = open && (talk.may('decide_proposal') || talk.isAuthor);
  const mine = open && proposal.author !== null && proposal.author !== undefined && proposal.author === talk.account;
  const chosen = new Set(proposal.changes.map((each) => each.field));
  const pick = (field: string): HTMLElement => h('label', { class: 'check' },
    h('input', { type: 'checkbox', checked: true, onchange: (event: Event) => {
      if ((event.target as HTMLInputElement).checked) {
        chosen.add(field);
      } else {
        chosen.delete(field);
      }
    } }), h('span', { class: 'visually-hidden' }, t('talk.take', { field: fieldName(field, schema) })));
  const decide = async (decision: string, body: Record<string, unknown>): Promise<void> => {
    await talk.send('POST', path, { decision, ...body });
    talk.host.changed();
  };
  const accept = (): Promise<void> => decide('accept', chosen.size === proposal.changes.length ? {} : { fields: [...chosen] });
  const refuse = h('details', null, h('summary', null, t('talk.refuse')), form({
    fields: [{ name: 'reason', label: t('talk.reason'), required: true, maximum: 1000 }],
    submit: t('talk.refuse'),
    send: ({ reason }) => decide('reject', { reason }),
  }));
  return h('li', { 'data-proposal': proposal.id },
    h('p', { class: 'note' }, t('history.by', { author: proposal.author ?? t('anonymous'), date: moment(proposal.created) }), ' ', mark(proposal.state)),
    proposal.reason && h('p', null, t('history.reason', { reason: proposal.reason })),
    h('dl', { class: 'changes' }, proposal.changes.map((each) => {
      const row = changeRow(each, false, schema, tree);
      if (decides && proposal.changes.length > 1) {
        row.prepend(pick(each.field));
      }
      return row;
    })),
    decides && h('div', { class: 'row' }, action(t('talk.accept'), accept, { class: 'primary', 'data-accept': proposal.id })),
    decides && refuse,
    mine && action(t('talk.withdraw'), () => decide('withdraw', {})));
}

/** The ones that wait; nothing when there are none. */
export async function proposals(talk: Talk, tree: CategoryTree): Promise<HTMLElement | ''> {
  let page: Page<Proposal>;
  try {
    page = await talk.get<Page<Proposal>>('/proposals?state=open');
  } catch {
    return '';
  }
  const open = page.items;
  return open.length === 0 ? '' : h('section', { class: 'block', id: 'talk-proposals' },
    h('h3', null, plural('talk.proposals', open.length)),
    h('ol', { class: 'plain comments' }, open.map((each) => one(talk, tree, each))));
}
