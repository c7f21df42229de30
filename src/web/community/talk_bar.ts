// SPDX-License-Identifier: AGPL-3.0-or-later
// What takes one tap: support, "still so", a report, an edit.

import { h } from '../dom';
import { date, number, t, type Word } from '../i18n';
import { announce } from '../live';
import type { Talk } from './talk';
import { action, form } from './ui';

const REPORTS = ['not_there', 'wrong', 'charter', 'duplicate', 'personal_data'] as const;

async function support(talk: Talk): Promise<HTMLElement | null> {
  if (!talk.may('support')) {
    return null;
  }
  let { count, mine } = await talk.get<{ count: number; mine: boolean }>('/supports').catch(() =>
    ({ count: Number(talk.host.entry.item.properties['supports'] ?? 0), mine: false }));
  const figure = h('span', { class: 'figure' });
  const element = action(t('talk.support'), async () => {
    const { body } = await talk.send<{ count: number; mine: boolean } | null>(mine ? 'DELETE' : 'PUT', '/supports/mine');
    count = body?.count ?? count + (mine ? -1 : 1);
    mine = body?.mine ?? !mine;
    draw();
    announce(t(mine ? 'talk.supported' : 'talk.unsupported'));
  }, { id: 'support' });
  const button = element.querySelector('button')!;
  const draw = (): void => {
    button.setAttribute('aria-pressed', String(mine));
    figure.textContent = number(count);
    button.replaceChildren(mine ? '♥ ' : '♡ ', t('talk.support'), ' ', figure);
  };
  draw();
  return element;
}

/** A form that opens under the bar, one at a time. */
function opener(place: HTMLElement, id: string, name: string, make: () => HTMLElement): HTMLElement {
  const button = h('button', { type: 'button', id, 'aria-expanded': 'false', 'aria-controls': 'talk-place' }, name);
  button.addEventListener('click', () => {
    const open = button.getAttribute('aria-expanded') === 'true';
    place.parentElement?.querySelectorAll('[aria-expanded]').forEach((each) => each.setAttribute('aria-expanded', 'false'));
    button.setAttribute('aria-expanded', String(!open));
    place.replaceChildren(...(open ? [] : [make()]));
    place.querySelector<HTMLElement>('input, textarea, select, button')?.focus();
  });
  return button;
}

function confirmation(talk: Talk, still: boolean, done: (words: string) => void): HTMLElement {
  return form({
    fields: [
      { name: 'observed', label: t('talk.observed'), type: 'date', value: new Date().toISOString().slice(0, 10) },
      { name: 'remark', label: t('talk.remark'), type: 'area', maximum: 1000 },
    ],
    submit: t(still ? 'talk.still' : 'talk.no_longer'),
    send: async ({ observed, remark }) => {
      await talk.send('POST', '/confirmations', { still, ...(observed ? { observed } : {}), ...(remark ? { remark } : {}) });
      done(t('talk.confirmed_thanks'));
    },
  });
}

function report(talk: Talk, done: (words: string) => void): HTMLElement {
  return form({
    fields: [
      { name: 'kind', label: t('talk.report_kind'), type: 'select', value: 'wrong', choices: REPORTS.map((each) => [each, t(`report.${each}` as Word)]) },
      { name: 'text', label: t('talk.report_text'), type: 'area', maximum: 1000 },
    ],
    submit: t('talk.report_send'),
    send: async ({ kind, text }) => {
      await talk.send('POST', '/reports', { kind, ...(text ? { text } : {}) });
      done(t('talk.report_thanks'));
    },
  });
}

export async function bar(talk: Talk): Promise<HTMLElement> {
  const place = h('div', { id: 'talk-place' });
  const done = (words: string): void => {
    const said = h('p', { class: 'said', role: 'status', tabindex: '-1' }, words);
    row.querySelectorAll('[aria-expanded]').forEach((each) => each.setAttribute('aria-expanded', 'false'));
    place.replaceChildren(said);
    said.focus();
  };
  const { confirmed, updated, observed } = talk.host.entry.item.properties;
  const seen = [confirmed, observed, updated].find((each): each is string => typeof each === 'string');
  const row = h('div', { class: 'row talk-bar' },
    await support(talk),
    talk.may('confirm') && opener(place, 'confirm-still', t('talk.still'), () => confirmation(talk, true, done)),
    talk.may('confirm') && opener(place, 'confirm-no-longer', t('talk.no_longer'), () => confirmation(talk, false, done)),
    talk.mayEdit && h('button', { type: 'button', id: 'edit', onclick: () => talk.host.edit(false) }, t('talk.edit')),
    !talk.mayEdit && talk.may('propose') && h('button', { type: 'button', id: 'propose', onclick: () => talk.host.edit(true) }, t('talk.propose')),
    talk.may('report') && opener(place, 'report', t('talk.report'), () => report(talk, done)));
  return h('section', { class: 'block', 'aria-label': t('talk.actions') },
    typeof confirmed === 'string' && seen ? h('p', { class: 'note' }, t('talk.confirmed', { date: date(seen) })) : null, row, place);
}
