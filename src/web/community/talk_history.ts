// SPDX-License-Identifier: AGPL-3.0-or-later
// In the history: bring an earlier version back, and remove from memory what should never have been said.

import { h } from '../dom';
import { exchange } from '../http';
import { plural, t } from '../i18n';
import { announce } from '../live';
import type { Talk } from './talk';
import { form, type Values } from './ui';

function restore(talk: Talk, version: string): HTMLElement {
  return h('details', null, h('summary', { 'data-restore': version }, t('talk.restore')), form({
    fields: [{ name: 'reason', label: t('talk.reason'), required: true, maximum: 1000 }],
    submit: t('talk.restore_now', { version }),
    send: async ({ reason }) => {
      const { etag } = await exchange(`${talk.url()}?f=json`, talk.host.secret ? { headers: { 'Jalon-Edit-Secret': talk.host.secret } } : {});
      const { status } = await talk.send('POST', `/revisions/${version}/restore`, { reason }, etag ? { 'If-Match': etag } : {});
      talk.host.changed();
      if (status === 202) {
        announce(t('edit.waits'));
      }
    },
  }));
}

function redact(talk: Talk, version: string, fields: [string, string][]): HTMLElement {
  return h('details', null, h('summary', { 'data-redact': version }, t('talk.redact')), form({
    danger: true,
    fields: [
      ...fields.map(([key, name], index) => ({ name: key, label: name, type: 'check' as const, value: false,
        wrong: (values: Values) => index === 0 && !fields.some(([each]) => values[each] === true) ? t('talk.redact_choose') : null })),
      { name: '', label: t('talk.reason'), required: true, maximum: 1000, help: t('talk.redact_help') },
    ],
    submit: t('talk.redact_now'),
    send: async (values) => {
      const chosen = fields.map(([key]) => key).filter((key) => values[key] === true);
      await talk.send('POST', `/revisions/${version}/redact`, { fields: chosen, reason: values[''] });
      talk.host.changed();
    },
  }));
}

/** In all versions and in what was said around it; `version` is any one that there is. */
function redactWords(talk: Talk, version: string): HTMLElement {
  return h('details', { class: 'block' }, h('summary', { id: 'redact-words' }, t('talk.redact_words')), form({
    danger: true,
    fields: [
      { name: 'text', label: t('talk.words'), required: true, maximum: 500, help: t('talk.words_help') },
      { name: 'current', label: t('talk.words_current'), type: 'check', value: false },
      { name: 'reason', label: t('talk.reason'), required: true, maximum: 1000 },
    ],
    submit: t('talk.redact_now'),
    refused: { 409: 'talk.words_stand' },
    send: async ({ text, current, reason }) => {
      const { body } = await talk.send<{ places: number }>('POST', `/revisions/${version}/redact`, { text, current, reason });
      talk.host.changed();
      announce(plural('talk.words_gone', body.places), 500);
    },
  }));
}

// They say nothing of anybody, and stay.
const STAYS = ['status', 'moderation'];

function mayGo(row: HTMLElement): boolean {
  return !STAYS.includes(row.dataset['field'] ?? '');
}

export function historyButtons(talk: Talk, history: HTMLElement): void {
  const versions = [...history.querySelectorAll<HTMLElement>('li[data-version]')];
  const mayRestore = talk.may('restore') || talk.mayEdit;
  versions.forEach((row, index) => {
    const version = row.dataset['version'] ?? '';
    if (mayRestore && index > 0) {
      row.append(restore(talk, version));
    }
    const fields = [...row.querySelectorAll<HTMLElement>('[data-field][data-set]')].filter(mayGo).map((each): [string, string] =>
      [each.dataset['field'] ?? '', each.querySelector('dt')?.textContent ?? '']);
    if (talk.may('redact') && fields.length > 0) {
      row.append(redact(talk, version, fields));
    }
  });
  const newest = versions[0]?.dataset['version'];
  if (newest && talk.may('redact')) {
    history.append(redactWords(talk, newest));
  }
}
