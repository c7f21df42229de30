// SPDX-License-Identifier: AGPL-3.0-or-later
// The search box: words that map, list and statistics are filtered by. One element for both views
// that show it, so that drawing a view again does not disturb whoever is typing.

import { h } from './dom';
import { onLang, t } from './i18n';
import type { State } from './state';

// Between two letters of somebody who types on a phone.
const PAUSE_MS = 500;

export class Search {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly label = h('label', { for: 'search', class: 'visually-hidden' });
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly state: State) {
    this.input = h('input', {
      type: 'search', id: 'search', autocomplete: 'off', enterkeyhint: 'search', maxlength: 200,
      oninput: () => this.soon(),
    });
    this.element = h('form', { role: 'search', class: 'search', onsubmit: (event: Event) => {
      event.preventDefault();
      this.now();
    } }, this.label, this.input);
    onLang(() => this.relabel());
    this.relabel();
  }

  private relabel(): void {
    this.label.textContent = t('search.label');
    this.input.placeholder = t('search.placeholder');
  }

  private soon(): void {
    clearTimeout(this.timer);
    // What is emptied is meant at once.
    this.timer = setTimeout(() => this.now(), this.input.value === '' ? 0 : PAUSE_MS);
  }

  private now(): void {
    clearTimeout(this.timer);
    this.state.setWords(this.input.value.trim());
  }
}
