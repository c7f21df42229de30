// SPDX-License-Identifier: AGPL-3.0-or-later
// What stands around every page of the community: the way back to the map, who is signed in, the
// language; and what is shown while a page is read or could not be.

import { byId, focusHeading, h } from '../dom';
import { RefusedError, request } from '../http';
import { lang, number, onLang, plural, say, setLang, t, type Word } from '../i18n';
import { announce } from '../live';
import type { Lang, MapInfo } from '../types';
import { findSession, keepReturn, type Session } from './session';
import { action, errorWords } from './ui';

export class Frame {
  /** Of the map that the page belongs to, "/maps/montpellier"; empty: of the server. */
  readonly root = document.body.dataset['mapUrl'] ?? '';
  map: MapInfo | null = null;
  session: Session | null = null;
  unseen = 0;
  private drawing = 0;

  constructor(
    private readonly title: Word,
    private readonly render: (frame: Frame) => Promise<HTMLElement | HTMLElement[]>,
    /** Does nobody see anything of it without being signed in? */
    private readonly needsSession: boolean,
  ) {}

  async start(): Promise<void> {
    document.documentElement.lang = lang();
    onLang(() => void this.show(false));
    byId('skip').addEventListener('click', (event) => {
      event.preventDefault();
      focusHeading(byId('title'));
    });
    window.addEventListener('hashchange', () => void this.show(true));
    this.around();
    await this.show(false);
  }

  /** Reads and draws the page again. `focus`: something new is open. */
  async show(focus: boolean): Promise<void> {
    const mine = ++this.drawing;
    byId('page').setAttribute('aria-busy', 'true');
    let parts: HTMLElement | HTMLElement[];
    try {
      await this.read();
      parts = this.needsSession && !this.session ? this.signIn() : await this.render(this);
    } catch (error) {
      parts = this.failure(error);
    }
    if (mine !== this.drawing) {
      return;
    }
    this.around();
    byId('page').replaceChildren(...(Array.isArray(parts) ? parts : [parts]));
    byId('page').removeAttribute('aria-busy');
    byId('page').dataset['ready'] = 'true';
    if (focus) {
      focusHeading(byId('page').querySelector('h2') ?? byId('title'));
    }
  }

  /** Who asks is asked at each drawing: somebody may have signed out in another window. */
  private async read(): Promise<void> {
    const map = this.root && !this.map
      ? request<MapInfo>(`${this.root}?f=json`).catch((error: unknown) => {
          // A map that only its members read: the page itself says who may come in.
          if (error instanceof RefusedError && [401, 403].includes(error.status)) {
            return null;
          }
          throw error;
        })
      : this.map;
    [this.map, this.session] = await Promise.all([map, findSession()]);
    this.unseen = 0;
    if (this.session) {
      this.unseen = await unseenCount();
    }
  }

  /** The map may have another title now; the rest of the page stays as it is. */
  async retitle(): Promise<void> {
    this.map = null;
    await this.read().catch(() => undefined);
    this.around();
  }

  say(words: string): void {
    announce(words);
  }

  private around(): void {
    const title = t(this.title);
    const map = this.map ? say(this.map.titles, this.map.title) : '';
    document.title = map ? `${title} · ${map}` : title;
    document.documentElement.lang = lang();
    byId('title').textContent = title;
    byId('skip').textContent = t('frame.skip');
    const focused = document.activeElement?.id;
    byId('frame').replaceChildren(
      h('nav', { class: 'crumbs', 'aria-label': t('frame.way') },
        h('ol', null,
          h('li', null, h('a', { href: this.root && map ? this.root : '/maps' }, map || t('frame.maps'))),
          h('li', null, h('span', { 'aria-current': 'page' }, title)))),
      this.account(),
      this.languages(),
    );
    if (focused?.startsWith('lang-')) {
      byId(focused).focus();
    }
  }

  private account(): HTMLElement {
    if (!this.session) {
      return h('a', { class: 'me', href: '/account', onclick: () => keepReturn() }, t('frame.sign_in'));
    }
    const { account, display_name } = this.session;
    return h('a', { class: 'me', href: this.unseen > 0 ? '/account#notifications' : '/account' }, display_name || account,
      this.unseen > 0 && h('span', { class: 'badge' }, number(this.unseen),
        h('span', { class: 'visually-hidden' }, ` ${plural('frame.unseen', this.unseen)}`)));
  }

  private languages(): HTMLElement {
    const names: [Lang, string][] = [['fr', 'Français'], ['en', 'English']];
    return h('div', { id: 'languages', role: 'group', 'aria-label': 'Langue / Language' },
      names.map(([code, name]) =>
        h('button', { type: 'button', id: `lang-${code}`, lang: code, 'aria-label': name,
          'aria-pressed': String(code === lang()), onclick: () => setLang(code) }, code.toUpperCase())));
  }

  private signIn(): HTMLElement {
    return h('section', { class: 'card' },
      h('h2', null, t('frame.sign_in_first')),
      h('p', null, t('frame.sign_in_why')),
      h('p', null, h('a', { class: 'button', href: '/account', onclick: () => keepReturn() }, t('frame.sign_in'))));
  }

  private failure(error: unknown): HTMLElement {
    return h('section', { class: 'card' },
      h('h2', null, t('failure.title')),
      h('p', null, errorWords(error)),
      h('div', { class: 'row' }, action(t('retry'), () => this.show(true)),
        !this.session && h('a', { class: 'button', href: '/account', onclick: () => keepReturn() }, t('frame.sign_in'))));
  }
}

/** Notifications not seen yet; none when that cannot be known now. */
async function unseenCount(): Promise<number> {
  try {
    const { unseen } = await request<{ unseen?: number }>('/accounts/me/notifications?limit=1');
    return unseen ?? 0;
  } catch {
    return 0;
  }
}
