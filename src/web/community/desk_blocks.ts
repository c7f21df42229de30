// SPDX-License-Identifier: AGPL-3.0-or-later
// Who may not write for now, and letting them write again.

import { h } from '../dom';
import { RefusedError, request, send } from '../http';
import { moment, t, type Word } from '../i18n';
import { announce } from '../live';
import { action, paged, type Page } from './ui';

interface Block {
  id: string;
  what: string;
  account?: string;
  reason: string;
  author?: string | null;
  created: string;
  ends: string | null;
  server: boolean;
}

/** Takes something out of a list of the program; what is gone already is as it should be. */
export async function takeOut(url: string): Promise<void> {
  try {
    await send('DELETE', url);
  } catch (error) {
    if (!(error instanceof RefusedError && error.status === 404)) {
      throw error;
    }
  }
}

export async function blockList(root: string, isOperator: boolean): Promise<HTMLElement> {
  const heading = h('h2', { tabindex: '-1' }, t('blocks.title'));
  const row = (each: Block): HTMLElement => {
    const name = each.account ?? t(`blocks.${each.what}` as Word);
    const lift = action(t('blocks.lift'), async () => {
      await takeOut(`${root}/blocks/${each.id}`);
      item.remove();
      announce(t('blocks.lifted', { name }));
      heading.focus();
    }, { 'aria-label': t('blocks.lift_one', { name }) });
    const item = h('li', { 'data-block': each.id },
      h('h3', null, each.account ? h('a', { href: `/accounts/${encodeURIComponent(each.account)}` }, name) : name),
      h('p', { class: 'lines' }, each.reason),
      h('p', { class: 'facts' }, h('span', null, each.ends ? t('blocks.until', { date: moment(each.ends) }) : t('blocks.ever')),
        h('span', null, t('blocks.by', { author: each.author ?? t('audit.server'), date: moment(each.created) })),
        each.server && h('span', { class: 'state' }, t('blocks.server'))),
      // A block of the whole server is its operators' to lift.
      !each.server || isOperator ? lift : null);
    return item;
  };
  return h('section', { class: 'card', id: 'blocks' }, heading, h('p', { class: 'note' }, t('blocks.help')),
    await paged<Block>((url) => request<Page<Block>>(url), `${root}/blocks?limit=50`, row, t('blocks.none')));
}
