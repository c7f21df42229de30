// SPDX-License-Identifier: AGPL-3.0-or-later
// What an account shows of itself, the tokens of its programs, the copy of its data, and its end.

import { h } from '../dom';
import { request, send } from '../http';
import { date, t, type Word } from '../i18n';
import type { Frame } from './frame';
import { keepSession } from './session';
import { action, form, paged, type Page } from './ui';

interface Account {
  name: string;
  kind?: string;
  display_name?: string | null;
  about?: string | null;
  website?: string | null;
  language?: string;
  email?: string | null;
  profile?: string;
  shows_contributions?: boolean;
  mails?: boolean;
  has_password?: boolean;
}

function said(words: string): HTMLElement {
  const element = h('p', { class: 'said', role: 'status', tabindex: '-1' }, words);
  setTimeout(() => element.focus());
  return element;
}

let saved: string | null = null;

export async function profile(frame: Frame): Promise<HTMLElement[]> {
  const me = await request<Account>('/accounts/me');
  const words = saved;
  saved = null;
  const change = async (values: Record<string, unknown>): Promise<void> => {
    await send('PATCH', '/accounts/me', values);
    saved = t('own.saved');
    await frame.show(false);
  };
  return [
    h('section', { class: 'card' },
      h('h2', null, t('account.profile')),
      words !== null && said(words),
      form({
        fields: [
          { name: 'display_name', label: t('sign.display_name'), value: me.display_name ?? '', maximum: 100, autocomplete: 'name' },
          { name: 'about', label: t('own.about'), type: 'area', value: me.about ?? '', maximum: 1000 },
          { name: 'website', label: t('own.website'), type: 'url', value: me.website ?? '', autocomplete: 'url' },
          { name: 'profile', label: t('own.visibility'), type: 'select', value: me.profile ?? 'public',
            choices: (['public', 'members', 'nobody'] as const).map((each) => [each, t(`own.visible_${each}` as Word)]) },
          { name: 'shows_contributions', label: t('own.shows_contributions'), type: 'check', value: me.shows_contributions ?? true },
          { name: 'language', label: t('own.language'), type: 'select', value: me.language ?? 'fr', choices: [['fr', 'Français'], ['en', 'English']] },
          { name: 'mails', label: t('own.mails'), type: 'check', value: me.mails ?? true },
        ],
        submit: t('save'),
        send: (values) => change({ ...values, display_name: values['display_name'] || null, about: values['about'] || null, website: values['website'] || null }),
      })),
    h('div', { class: 'pair' },
      h('section', { class: 'card' },
        h('h2', null, t('own.email')),
        h('p', null, me.email ? t('own.email_now', { email: me.email }) : t('own.email_none')),
        form({
          fields: [{ name: 'email', label: t('own.email_new'), type: 'email', required: true, autocomplete: 'email' }],
          submit: t('own.email_change'),
          send: async ({ email }) => {
            await send('PATCH', '/accounts/me', { email });
            saved = t('own.email_sent', { email: String(email) });
            await frame.show(false);
          },
        })),
      h('section', { class: 'card' },
        h('h2', null, t('sign.new_password')),
        form({
          fields: [
            { name: 'current_password', label: t('own.password_now'), type: 'password', autocomplete: 'current-password', help: t('own.password_now_help') },
            { name: 'password', label: t('sign.new_password'), type: 'password', required: true, autocomplete: 'new-password', help: t('sign.password_help') },
          ],
          submit: t('sign.set_password'),
          refused: { 401: 'own.password_wrong', 403: 'own.password_wrong' },
          send: ({ current_password, password }) => change({ password, ...(current_password ? { current_password } : {}) }),
        }))),
  ];
}

// --- Tokens ---

interface Token {
  id: string | number;
  name?: string | null;
  scopes: string[] | string;
  created?: string;
  expires?: string | null;
  used?: string | null;
}

const SCOPES = ['read', 'write', 'moderate', 'admin', 'account'] as const;
let made: string | null = null;

export async function tokens(frame: Frame): Promise<HTMLElement[]> {
  const secret = made;
  made = null;
  const row = (token: Token): HTMLElement => h('li', { 'data-token': String(token.id) },
    h('h3', null, token.name || t('tokens.unnamed')),
    h('p', { class: 'facts' },
      h('span', null, [token.scopes].flat().map((each) => t(`scope.${each}` as Word)).join(', ')),
      h('span', null, token.expires ? t('tokens.until', { date: date(token.expires) }) : t('tokens.for_ever')),
      h('span', null, token.used ? t('tokens.used', { date: date(token.used) }) : t('tokens.unused'))),
    action(t('tokens.revoke'), async () => {
      await send('DELETE', `/accounts/me/tokens/${encodeURIComponent(String(token.id))}`);
      await frame.show(true);
    }, { 'aria-label': t('tokens.revoke_one', { name: token.name || t('tokens.unnamed') }) }));
  return [
    h('section', { class: 'card' },
      h('h2', null, t('account.tokens')),
      h('p', { class: 'note' }, t('tokens.help')),
      secret !== null && h('div', { class: 'said' }, h('p', { role: 'status' }, t('tokens.made')), h('code', { class: 'token', id: 'new-token' }, secret)),
      await paged<Token>((url) => request<Page<Token>>(url), '/accounts/me/tokens', row, t('tokens.none'))),
    h('section', { class: 'card' },
      h('h2', null, t('tokens.new')),
      form({
        fields: [
          { name: 'name', label: t('tokens.name'), required: true, maximum: 100 },
          { name: 'scope', label: t('tokens.scope'), type: 'select', value: 'read', pointers: ['scopes'], help: t('tokens.scope_help'),
            choices: SCOPES.map((each) => [each, t(`scope.${each}` as Word)]) },
          { name: 'expires', label: t('tokens.expires'), type: 'date', help: t('tokens.expires_help') },
        ],
        submit: t('tokens.create'),
        send: async ({ name, scope, expires }) => {
          const scopes = SCOPES.slice(0, SCOPES.indexOf(String(scope) as (typeof SCOPES)[number]) + 1);
          const { body } = await send<{ token: string }>('POST', '/accounts/me/tokens',
            { name, scopes, ...(expires ? { expires: `${String(expires)}T23:59:59Z` } : {}) });
          made = body.token;
          await frame.show(true);
        },
      })),
  ];
}

// --- Copy and erasure ---

let erased = false;

/** Said once, where somebody finds themselves afterwards. */
export function farewell(): HTMLElement[] {
  const words = erased ? [said(t('data.erased'))] : [];
  erased = false;
  return words;
}

export async function data(frame: Frame): Promise<HTMLElement[]> {
  const name = frame.session?.account ?? '';
  return [
    h('section', { class: 'card' },
      h('h2', null, t('data.copy')),
      h('p', null, t('data.copy_help')),
      h('p', null, h('a', { class: 'button', href: '/accounts/me/export', download: `jalon-${name}.json`, id: 'export' }, t('data.download')))),
    h('section', { class: 'card danger' },
      h('h2', null, t('data.erase')),
      h('p', null, t('data.erase_help')),
      h('ul', null, h('li', null, t('data.erase_gone')), h('li', null, t('data.erase_kept')), h('li', null, t('data.erase_final'))),
      form({
        danger: true,
        fields: [
          { name: 'contributions', label: t('data.what'), type: 'select', value: 'anonymise',
            choices: [['anonymise', t('data.anonymise')], ['remove', t('data.remove')]] },
          { name: 'leave_maps', label: t('data.leave_maps'), type: 'check', value: false },
          { name: 'name', label: t('data.name', { name }), required: true, help: t('data.name_help') },
        ],
        submit: t('data.erase_now'),
        send: async ({ contributions, leave_maps, name: typed }) => {
          await send('DELETE', '/accounts/me', { name: typed, contributions, leave_maps });
          keepSession(null);
          erased = true;
          history.replaceState(null, '', location.pathname);
          await frame.show(true);
        },
      })),
  ];
}
