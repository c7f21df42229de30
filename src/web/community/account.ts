// SPDX-License-Identifier: AGPL-3.0-or-later
// One's own account. What is open is after the # of the address; links in mails land here too, with
// a token that is used when somebody presses a button: a mail program that opens links uses up none.

import '../words_account';

import { h } from '../dom';
import { number, t, type Word } from '../i18n';
import { contributions, notifications } from './account_mine';
import { data, farewell, profile, tokens } from './account_own';
import { landing, signedOut, type Mailed } from './account_sign';
import { Frame } from './frame';
import { endSession } from './session';
import { action, errorWords } from './ui';

const TABS: [hash: string, word: Word, render: (frame: Frame) => Promise<HTMLElement[]>][] = [
  ['contributions', 'account.contributions', contributions],
  ['notifications', 'account.notifications', notifications],
  ['profile', 'account.profile', profile],
  ['tokens', 'account.tokens', tokens],
  ['data', 'account.data', data],
];

/** The token of a mailed link, which leaves the address and the history of the browser at once. */
let mailed: Mailed | null = null;

function takeToken(): void {
  const [, purpose, token, item] = /^#(confirm|sign_in|password|secret)=([^&]+)(?:&item=(.+))?$/.exec(location.hash) ?? [];
  if (purpose && token) {
    mailed = { purpose, token, ...(item ? { item } : {}) };
    history.replaceState(null, '', location.pathname);
  }
}

function tabs(frame: Frame, open: string): HTMLElement {
  return h('nav', { class: 'tabs', 'aria-label': t('account.parts') },
    TABS.map(([hash, word]) =>
      h('a', { href: `#${hash}`, 'aria-current': hash === open ? 'page' : null }, t(word),
        hash === 'notifications' && frame.unseen > 0 && h('span', { class: 'badge' }, number(frame.unseen)))));
}

async function render(frame: Frame): Promise<HTMLElement[]> {
  takeToken();
  if (mailed) {
    return landing(mailed, frame, () => {
      mailed = null;
    });
  }
  if (!frame.session) {
    return [...farewell(), ...signedOut(frame)];
  }
  const asked = location.hash.slice(1);
  const [hash, , part] = TABS.find(([each]) => each === asked) ?? TABS[0]!;
  const { account, display_name } = frame.session;
  return [
    h('div', { class: 'view-head' },
      h('p', null, t('account.hello', { name: display_name || account }), ' ',
        h('a', { href: `/accounts/${encodeURIComponent(account)}` }, t('account.see_profile'))),
      action(t('account.sign_out'), async () => {
        await endSession();
        history.replaceState(null, '', location.pathname);
        await frame.show(true);
      }, { id: 'sign-out' })),
    tabs(frame, hash),
    // What of it cannot be read now takes nothing else away.
    ...(await part(frame).catch((error: unknown) => [h('p', { class: 'card error' }, errorWords(error))])),
  ];
}

void new Frame('account.title', render, false).start();
