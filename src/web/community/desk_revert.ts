// SPDX-License-Identifier: AGPL-3.0-or-later
// Undoing what somebody did in the last hours. What it would do is shown first, one by one, and why
// some is left as it is; then it is done with a reason, and what was done is shown in its place.

import { focusHeading, h } from '../dom';
import { post } from '../http';
import { plural, t } from '../i18n';
import { authorOf } from './desk_block';
import { panelFrame, type Panel } from './desk_panels';
import type { Waiting } from './desk_types';
import { form } from './ui';

const REASON_MAX = 500;
const HOURS_MAX = 744;
const HOURS = 24;
/** Longer lists are folded. */
const FEW = 8;
const RESULTS = ['hidden', 'restored', 'changed_by_others', 'settled'] as const;

interface Reverted {
  id: string;
  collection: string;
  title: string;
  result: typeof RESULTS[number];
}

export interface RevertOptions {
  root: string;
  /** Something was undone. */
  done(): void;
}

const isUndone = ({ result }: Reverted): boolean => result === 'hidden' || result === 'restored';

/** What was asked for, answer by answer: after a lost one it goes on where it was. */
class Reverting {
  readonly items: Reverted[] = [];
  private more = true;

  constructor(private readonly root: string, private readonly body: Record<string, unknown>) {}

  async finish(): Promise<Reverted[]> {
    while (this.more) {
      const after = this.items[this.items.length - 1]?.id;
      const answer = await post<{ items: Reverted[]; more: boolean }>(`${this.root}/reverts`, { ...this.body, ...(after ? { after } : {}) });
      this.items.push(...answer.items);
      this.more = answer.more && answer.items.length > 0;
    }
    return this.items;
  }
}

function results(root: string, items: Reverted[]): HTMLElement[] {
  const link = ({ id, collection, title }: Reverted): HTMLElement =>
    h('li', { 'data-id': id }, h('a', { href: `${root}#item/${encodeURIComponent(collection)}/${id}`, target: '_blank', rel: 'noopener' },
      title || t('mine.untitled')));
  return RESULTS.flatMap((result) => {
    const those = items.filter((each) => each.result === result);
    return those.length === 0 ? [] : [h('details', { 'data-result': result, 'data-count': those.length, open: those.length <= FEW },
      h('summary', null, plural(`revert.${result}`, those.length)), h('ul', null, those.map(link)))];
  });
}

export function revertPanel(item: Waiting, { root, done }: RevertOptions, close: () => void): Panel {
  const name = authorOf(item);
  const content = h('div', { class: 'revert' });
  const show = (...parts: (HTMLElement | null)[]): void => {
    content.replaceChildren(...parts.filter((each): each is HTMLElement => each !== null));
    focusHeading(content.querySelector('h3'));
  };

  const ask = (hours: number): void => content.replaceChildren(
    h('p', { class: 'note' }, t(item.author ? 'revert.help' : 'revert.help_device')),
    form({
      fields: [{ name: 'hours', label: t('revert.hours'), type: 'number', value: hours, required: true, minimum: 1, maximum: HOURS_MAX,
        pointers: ['contribution'] }],
      submit: t('revert.look'),
      send: async (values) => {
        const body = { ...(item.author ? { account: item.author } : { contribution: item.id }), hours: Number(values['hours']) };
        offer(body, await new Reverting(root, { ...body, dry_run: true }).finish());
      },
    }));

  const offer = (body: { hours: number }, found: Reverted[]): void => {
    const count = found.filter(isUndone).length;
    const before = new Map(found.map((each) => [each.id, each.result]));
    let work: Reverting | null = null;
    show(
      h('h3', { id: 'revert-found' }, plural('revert.would', count, { hours: body.hours })),
      ...results(root, found),
      count === 0 ? null : form({
        fields: [{ name: 'reason', label: t('revert.reason'), type: 'area', required: true, maximum: REASON_MAX, help: t('revert.reason_help') }],
        submit: plural('revert.submit', count),
        danger: true,
        send: async ({ reason }) => {
          work ??= new Reverting(root, { ...body, reason });
          try {
            finished(await work.finish(), before);
          } catch (error) {
            // What was done stays done; before that, the reason may be written anew.
            work = work.items.length > 0 ? work : null;
            throw error;
          }
        },
      }),
      h('p', null, h('button', { type: 'button', class: 'link', onclick: () => {
        ask(body.hours);
        content.querySelector('input')?.focus();
      } }, t('revert.other_hours'))));
  };

  const finished = (items: Reverted[], before: Map<string, Reverted['result']>): void => {
    // Done already by a request whose answer was lost.
    const all = items.map((each) => {
      const wanted = before.get(each.id);
      return each.result === 'settled' && wanted !== undefined ? { ...each, result: wanted } : each;
    });
    show(h('h3', { id: 'revert-done' }, plural('revert.done', all.filter(isUndone).length, { name })), ...results(root, all));
    element.querySelector('#panel-close')?.replaceChildren(t('close'));
    done();
  };

  const element = panelFrame(t('revert.title', { name }), close, content);
  ask(HOURS);
  return { element, key: () => false };
}
