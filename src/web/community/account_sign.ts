// SPDX-License-Identifier: AGPL-3.0-or-later
// Coming in: sign-in, sign-up, a link by mail; and what mailed links open.

import { h } from '../dom';
import { Secrets } from '../drafts';
import { post } from '../http';
import { lang, t } from '../i18n';
import type { Frame } from './frame';
import { keepSession, takeReturn, type Session } from './session';
import { errorWords, form, type FieldOptions } from './ui';

/** Signed in: to where somebody came from, else to the account. */
async function enter(frame: Frame, session: Session | null): Promise<void> {
  if (session?.account) {
    keepSession(session);
  }
  const back = takeReturn();
  if (back && !back.startsWith('/account')) {
    location.assign(back);
    return;
  }
  history.replaceState(null, '', location.pathname);
  await frame.show(true);
}

function password(name: string, autocomplete: string, required: boolean): FieldOptions {
  return {
    name, label: t(autocomplete === 'new-password' ? 'sign.new_password' : 'sign.password'), type: 'password', autocomplete,
    required, help: autocomplete === 'new-password' ? t(required ? 'sign.password_help' : 'sign.password_optional') : '',
  };
}

function tell(words: string): HTMLElement {
  return h('p', { class: 'said', role: 'status' }, words);
}

/** A form that makes room for what became of it. */
function answering(make: (done: (words: string) => void) => HTMLElement): HTMLElement {
  const place = h('div', null);
  const element = make((words) => {
    const said = tell(words);
    said.tabIndex = -1;
    place.replaceChildren(said);
    said.focus();
  });
  place.append(element);
  return place;
}

function signIn(frame: Frame): HTMLElement {
  return h('section', { class: 'card', id: 'sign-in' },
    h('h2', null, t('sign.in')),
    form({
      fields: [
        { name: 'account', label: t('sign.account'), required: true, autocomplete: 'username' },
        password('password', 'current-password', true),
      ],
      submit: t('sign.in'),
      refused: { 401: 'sign.wrong', 403: 'sign.wrong' },
      send: async ({ account, password: typed }) => enter(frame, await post<Session>('/sessions', { account, password: typed })),
    }));
}

function byMail(): HTMLElement {
  return h('section', { class: 'card', id: 'by-mail' },
    h('h2', null, t('sign.link')),
    h('p', { class: 'note' }, t('sign.link_help')),
    answering((done) => form({
      fields: [
        { name: 'email', label: t('sign.email'), type: 'email', required: true, autocomplete: 'email' },
        { name: 'purpose', label: t('sign.purpose'), type: 'select', value: 'sign_in',
          choices: [['sign_in', t('sign.purpose_sign_in')], ['password', t('sign.purpose_password')]] },
      ],
      submit: t('sign.send_link'),
      send: async ({ email, purpose }) => {
        await post('/sessions/links', { email, purpose, language: lang() });
        done(t('sign.link_sent'));
      },
    })));
}

function signUp(): HTMLElement {
  return h('section', { class: 'card', id: 'sign-up' },
    h('h2', null, t('sign.up')),
    h('p', { class: 'note' }, t('sign.up_help')),
    answering((done) => form({
      fields: [
        { name: 'name', label: t('sign.name'), required: true, autocomplete: 'username', help: t('sign.name_help'), maximum: 40 },
        { name: 'display_name', label: t('sign.display_name'), autocomplete: 'name', help: t('sign.display_name_help'), maximum: 100 },
        { name: 'email', label: t('sign.email'), type: 'email', required: true, autocomplete: 'email', help: t('sign.email_help') },
        password('password', 'new-password', false),
        { name: 'kind', label: t('sign.kind'), type: 'select', value: 'person',
          choices: [['person', t('kind.person')], ['organisation', t('kind.organisation')]] },
      ],
      submit: t('sign.create'),
      refused: { 409: 'sign.taken' },
      send: async ({ name, display_name, email, password: typed, kind }) => {
        await post('/accounts', { name, kind, email, language: lang(),
          ...(display_name ? { display_name } : {}), ...(typed ? { password: typed } : {}) });
        done(t('sign.up_sent', { email: String(email) }));
      },
    })));
}

export function signedOut(frame: Frame): HTMLElement[] {
  if (location.hash === '#sign_up') {
    return [h('p', null, h('a', { href: '#' }, t('sign.have_account'))), signUp()];
  }
  return [
    h('p', { class: 'said' }, t('sign.no_account'), ' ', h('a', { href: '#sign_up', id: 'to-sign-up' }, t('sign.up'))),
    h('div', { class: 'pair' }, signIn(frame), byMail()),
  ];
}

// --- What mailed links open ---

export interface Mailed {
  purpose: string;
  token: string;
  item?: string;
}

function choosePassword(mailed: Mailed, frame: Frame, used: () => void): HTMLElement {
  return form({
    fields: [password('password', 'new-password', true)],
    submit: t('sign.set_password'),
    refused: { 401: 'sign.link_old', 403: 'sign.link_old', 404: 'sign.link_old', 410: 'sign.link_old' },
    send: async ({ password: typed }) => {
      const session = await post<Session | null>('/accounts/password', { token: mailed.token, password: typed });
      used();
      await enter(frame, session);
    },
  });
}

function press(mailed: Mailed, frame: Frame, used: () => void): HTMLElement {
  const [url, name] = mailed.purpose === 'confirm'
    ? ['/accounts/confirm', t('sign.confirm')] as const
    : ['/sessions', t('sign.continue')] as const;
  return form({
    fields: [],
    submit: name,
    refused: { 401: 'sign.link_old', 403: 'sign.link_old', 404: 'sign.link_old', 410: 'sign.link_old', 422: 'sign.link_old' },
    send: async () => {
      const session = await post<Session | null>(url, { token: mailed.token });
      used();
      await enter(frame, session);
    },
  });
}

export function landing(mailed: Mailed, frame: Frame, used: () => void): HTMLElement[] {
  if (mailed.purpose === 'secret') {
    return [recovered(mailed, used)];
  }
  const title = { confirm: t('sign.confirm_title'), sign_in: t('sign.in'), password: t('sign.password_title') }[mailed.purpose];
  return [h('section', { class: 'card', id: 'landing' },
    h('h2', null, title ?? ''),
    mailed.purpose === 'confirm' && h('p', null, t('sign.confirm_help')),
    mailed.purpose === 'sign_in' && h('p', null, t('sign.continue_help')),
    mailed.purpose === 'password' ? choosePassword(mailed, frame, used) : press(mailed, frame, used),
    h('p', null, h('a', { href: '#', onclick: () => { used(); } }, t('sign.other_way'))))];
}

/** A new edit secret for an anonymous contribution, kept on this device from now on. */
function recovered(mailed: Mailed, used: () => void): HTMLElement {
  const { token } = mailed;
  const path = itemOf(mailed);
  const place = h('div', null);
  const renew = async (): Promise<void> => {
    const { edit_secret } = await post<{ edit_secret: string }>(`${path}/secret/renew`, { token });
    used();
    const [, root = '', collection = '', id = ''] = /^(\/maps\/[^/]+)\/collections\/([^/]+)\/items\/([^/]+)$/.exec(path) ?? [];
    new Secrets(root).keep(id, edit_secret);
    place.replaceChildren(
      h('p', { class: 'said', role: 'status' }, t('sign.secret_done')),
      h('code', { class: 'token', id: 'edit-secret' }, edit_secret),
      root ? h('p', null, h('a', { class: 'button', href: `${root}#item/${collection}/${id}` }, t('sign.secret_open'))) : '');
  };
  place.append(path ? form({ fields: [], submit: t('sign.secret_renew'), refused: { 401: 'sign.link_old', 403: 'sign.link_old', 404: 'sign.link_old' }, send: renew })
    : h('p', { class: 'error' }, errorWords(null)));
  return h('section', { class: 'card', id: 'landing' },
    h('h2', null, t('sign.secret_title')),
    h('p', null, t('sign.secret_help')),
    place);
}

/** The path of the contribution that the link is about; empty: it was cut off. */
function itemOf({ item }: Mailed): string {
  return item && /^\/maps\/[^/]+\/collections\/[^/]+\/items\/[^/]+$/.test(item) ? item : '';
}
