// SPDX-License-Identifier: AGPL-3.0-or-later
// What opens over the desk for a moment: the reason of a decision, what to merge into, the keys.

import { h } from '../dom';
import { distance, t, type Word } from '../i18n';
import type { Candidate } from '../types';

/** Sentences that are ready, by the digit that chooses them. */
export const READY = ['duplicate', 'place', 'thin', 'wrong', 'off_topic', 'outside', 'advert', 'charter', 'personal'] as const;

export function readySentence(digit: number): string | null {
  const key = READY[digit - 1];
  return key === undefined ? null : t(`ready.${key}` as Word);
}

export interface Panel {
  element: HTMLElement;
  /** A key that means something here; false: it does not. */
  key(key: string): boolean;
}

export function panelFrame(title: string, close: () => void, ...content: (Node | null)[]): HTMLElement {
  return h('section', { class: 'panel card', role: 'dialog', 'aria-labelledby': 'panel-title', id: 'panel' },
    h('h2', { id: 'panel-title', tabindex: '-1' }, title), ...content.filter((each): each is Node => each !== null),
    h('p', null, h('button', { type: 'button', class: 'link', id: 'panel-close', onclick: close }, t('desk.cancel'))));
}

/** Why? One digit, or words of one's own. */
export function reasonPanel(title: string, chosen: (reason: string) => void, close: () => void): Panel {
  const text = h('textarea', { id: 'own-reason', rows: 2, maxlength: 1000 });
  const error = h('p', { class: 'error', id: 'own-reason-error', role: 'status' });
  text.setAttribute('aria-describedby', error.id);
  const submit = (event: Event): void => {
    event.preventDefault();
    const words = text.value.trim();
    if (words === '') {
      error.textContent = t('desk.reason_needed');
      text.focus();
      return;
    }
    chosen(words);
  };
  const element = panelFrame(title, close,
    h('ol', { class: 'plain ready' }, READY.map((key, index) =>
      h('li', null, h('button', { type: 'button', 'data-digit': index + 1, onclick: () => chosen(t(`ready.${key}` as Word)) },
        h('kbd', null, String(index + 1)), h('span', null, t(`ready.${key}` as Word)))))),
    h('form', { novalidate: true, onsubmit: submit },
      h('div', { class: 'field' }, h('label', { for: 'own-reason' }, t('desk.own_reason')), text, error),
      h('div', { class: 'row' }, h('button', { type: 'submit', class: 'primary' }, t('desk.send_reason')))));
  return {
    element,
    key: (key) => {
      const words = /^[1-9]$/.test(key) ? readySentence(Number(key)) : null;
      if (words === null) {
        return false;
      }
      chosen(words);
      return true;
    },
  };
}

export function mergePanel(candidates: Candidate[], chosen: (candidate: Candidate) => void, close: () => void): Panel {
  const few = candidates.slice(0, 9);
  return {
    element: panelFrame(t('desk.merge_into'), close,
      h('p', { class: 'note' }, t('desk.merge_help')),
      h('ol', { class: 'plain ready' }, few.map((each, index) =>
        h('li', null, h('button', { type: 'button', 'data-digit': index + 1, onclick: () => chosen(each) },
          h('kbd', null, String(index + 1)), h('span', null, `${each.title || t('mine.untitled')} · ${distance(each.distance_m)}`)))))),
    key: (key) => {
      const candidate = few[Number(key) - 1];
      if (!candidate) {
        return false;
      }
      chosen(candidate);
      return true;
    },
  };
}

export const KEYS: [keys: string[], word: Word][] = [
  [['j', '↓'], 'keys.next'], [['k', '↑'], 'keys.previous'], [['a'], 'keys.approve'], [['r'], 'keys.reject'],
  [['h'], 'keys.hide'], [['m'], 'keys.merge'], [['x'], 'keys.select'], [['u'], 'keys.undo'],
  [['b'], 'keys.block'], [['v'], 'keys.revert'], [['z'], 'keys.close_here'], [['?'], 'keys.help'], [['Esc'], 'keys.close'],
];

export function helpPanel(single: boolean, setSingle: (on: boolean) => void, close: () => void): Panel {
  return {
    element: panelFrame(t('desk.help'), close,
      h('dl', { class: 'keys' }, KEYS.map(([keys, word]) =>
        h('div', null, h('dt', null, keys.map((key) => h('kbd', null, key))), h('dd', null, t(word))))),
      h('label', { class: 'check' },
        h('input', { type: 'checkbox', checked: single, onchange: (event: Event) => setSingle((event.target as HTMLInputElement).checked) }),
        h('span', { class: 'name' }, t('keys.single')))),
    key: () => false,
  };
}
