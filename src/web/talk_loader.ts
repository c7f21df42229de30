// SPDX-License-Identifier: AGPL-3.0-or-later
// Brings the conversation on a contribution when one is opened. On a poor network it waits until
// somebody asks for it: reading comes first.

import type { TalkHost, TalkModule } from './community/talk_types';
import { h } from './dom';
import type { Secrets } from './drafts';
import { lang, t } from './i18n';
import { isFrugal } from './network';
import type { Schema, Schemas } from './schema';
import type { Entry, State } from './state';

interface TalkActions {
  edit(entry: Entry, propose: boolean): void;
  changed(entry: Entry): void;
}

export class TalkLoader {
  constructor(
    private readonly state: State,
    private readonly schemas: Schemas,
    private readonly secrets: Secrets,
    private readonly asset: (name: string) => string,
    private readonly actions: TalkActions,
  ) {}

  private load(): Promise<TalkModule> {
    return import(this.asset('conversation.js')) as Promise<TalkModule>;
  }

  private host(entry: Entry, schema: Schema | null): TalkHost {
    const { id } = entry.item;
    return {
      root: this.state.api.root, lang: lang(), entry, schema, categories: this.state.map.categories,
      collections: this.state.collections, secret: this.secrets.get(id), asset: this.asset,
      edit: (propose) => this.actions.edit(entry, propose),
      changed: () => this.actions.changed(entry),
    };
  }

  /** An element that the conversation comes into. */
  place(entry: Entry, schema: Schema | null): HTMLElement {
    const place = h('div', { id: 'talk' });
    const open = async (): Promise<void> => {
      place.replaceChildren(h('p', { class: 'note' }, t('loading')));
      try {
        place.replaceChildren(await (await this.load()).converse(this.host(entry, schema)));
        place.dataset['ready'] = 'true';
      } catch {
        offer(t('talk_loader.failed'));
      }
    };
    const offer = (note: string): void => place.replaceChildren(
      note ? h('p', { class: 'note' }, note) : '',
      h('button', { type: 'button', id: 'open-talk', onclick: () => void open() }, t('talk_loader.open')));
    if (isFrugal()) {
      offer('');
    } else {
      void open();
    }
    return place;
  }

  /** A history is complete without what may be done with it. */
  async decorate(entry: Entry, history: HTMLElement): Promise<void> {
    try {
      const schema = await this.schemas.get(entry.collection.id).catch(() => null);
      await (await this.load()).decorateHistory(this.host(entry, schema), history);
    } catch {
      // Read-only, then.
    }
  }
}
