// SPDX-License-Identifier: AGPL-3.0-or-later
// What people say, and answers to it: one deep.

import { h } from '../dom';
import { local } from '../http';
import { moment, plural, t, type Word } from '../i18n';
import type { Talk } from './talk';
import { action, errorWords, form, type Page } from './ui';

interface Comment {
  id: string;
  kind: string;
  text: string | null;
  parent?: string | null;
  author?: string | null;
  created: string;
  updated?: string;
  moderation?: string;
  mine?: boolean;
}

const KINDS = ['information', 'question', 'correction', 'proposal', 'help', 'event'] as const;

/** All of them, whatever the number of pages they come in: an answer may be far from what it answers. */
async function read(talk: Talk): Promise<Comment[]> {
  const all: Comment[] = [];
  let url: string | undefined = talk.url('/comments?limit=1000');
  while (url) {
    const page: Page<Comment> = await talk.read(url);
    all.push(...page.items);
    url = local(page.links?.find((each) => each.rel === 'next')?.href);
  }
  return all;
}

function write(talk: Talk, parent: string | null, again: () => Promise<void>): HTMLElement {
  return form({
    fields: [
      ...(parent === null ? [{ name: 'kind', label: t('talk.kind'), type: 'select' as const, value: 'information',
        choices: KINDS.map((each): [string, string] => [each, t(`kind_of_comment.${each}` as Word)]) }] : []),
      { name: 'text', label: t(parent === null ? 'talk.comment' : 'talk.answer'), type: 'area', required: true, maximum: 4000 },
    ],
    submit: t('talk.comment_send'),
    send: async ({ kind, text }) => {
      await talk.send('POST', '/comments', { kind: kind ?? 'information', text, ...(parent === null ? {} : { parent }) });
      await again();
    },
  });
}

export async function comments(talk: Talk): Promise<HTMLElement> {
  const title = h('h3', { tabindex: '-1' }, t('talk.title'));
  const list = h('ol', { class: 'plain comments', id: 'comments' });
  const draw = async (): Promise<void> => {
    const all = await read(talk);
    const roots = all.filter((each) => !each.parent);
    title.textContent = all.length > 0 ? plural('talk.count', all.length) : t('talk.title');
    list.replaceChildren(...roots.map((each) => one(each, all.filter((other) => other.parent === each.id))));
  };
  const again = async (): Promise<void> => {
    await draw();
    title.focus();
  };

  const one = (comment: Comment, answers: Comment[]): HTMLElement => {
    const mine = comment.mine === true || (comment.author !== null && comment.author !== undefined && comment.author === talk.account);
    const place = h('div', null);
    const answer = comment.parent ? null : h('button', { type: 'button', class: 'link', onclick: () => {
      place.replaceChildren(write(talk, comment.id, again));
      place.querySelector('textarea')?.focus();
    } }, t('talk.answer'));
    return h('li', { 'data-comment': comment.id },
      h('p', { class: 'note' }, h('span', { class: 'said-kind' }, t(`kind_of_comment.${comment.kind}` as Word)), ' · ',
        comment.author ? h('a', { href: `/accounts/${encodeURIComponent(comment.author)}` }, comment.author) : t('anonymous'), ' · ', moment(comment.created)),
      h('p', { class: 'lines' }, comment.text ?? h('span', { class: 'empty' }, t('talk.removed'))),
      comment.text !== null && h('div', { class: 'row' },
        talk.may('comment') && answer,
        (mine || talk.may('moderate')) && removal(talk, comment, mine, again)),
      place,
      answers.length > 0 && h('ol', { class: 'plain comments' }, answers.map((each) => one(each, []))));
  };

  try {
    await draw();
  } catch (error) {
    return h('section', { class: 'block' }, title, h('p', { class: 'error' }, errorWords(error)), action(t('retry'), async () => {
      await draw();
    }), list);
  }
  return h('section', { class: 'block', id: 'talk-comments' }, title, list,
    talk.may('comment') ? h('details', null, h('summary', { id: 'write-comment' }, t('talk.write')), write(talk, null, again))
      : h('p', { class: 'note' }, t('talk.account_needed'), ' ', h('a', { href: '/account' }, t('frame.sign_in'))));
}

/** One's own goes at once; somebody else's with a reason that its author reads. */
function removal(talk: Talk, comment: Comment, mine: boolean, again: () => Promise<void>): HTMLElement {
  const path = `/comments/${encodeURIComponent(comment.id)}`;
  if (mine) {
    return action(t('talk.remove'), async () => {
      await talk.send('DELETE', path);
      await again();
    }, { class: 'link' });
  }
  const place = h('span', null);
  place.append(h('button', { type: 'button', class: 'link', onclick: () => place.replaceChildren(form({
    fields: [{ name: 'reason', label: t('talk.reason'), required: true, maximum: 1000 }],
    submit: t('talk.hide'),
    send: async ({ reason }) => {
      await talk.send('DELETE', path, undefined, { 'Jalon-Reason': encodeURIComponent(String(reason)) });
      await again();
    },
  })) }, t('talk.hide')));
  return place;
}
