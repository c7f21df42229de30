// SPDX-License-Identifier: AGPL-3.0-or-later
// One contribution: its public fields, who made it and when, where it comes from.

import { h, icon, ICONS, swatch } from './dom';
import { date, say, t } from './i18n';
import { kindOf, nameOf } from './list';
import { shapeOf } from './legend';
import { licenceName } from './licences';
import type { FieldSpec, Schema, Schemas } from './schema';
import type { Secrets } from './drafts';
import type { Entry, State } from './state';
import { linkify } from './text';
import type { ItemProperties } from './types';
import { show, source } from './values';

// Shown in a place of their own, or not a reader's business.
const ELSEWHERE = new Set(['title', 'description', 'categories', 'observed', 'licence']);

/** Does the name of a source say already who made it, as far as the collection's attribution does? */
function namesProducer(sourceName: string, attribution: string | undefined): boolean {
  const producers = (attribution ?? '').split(/[,|–·]/).map((each) => each.trim()).filter(Boolean);
  return producers.length === 0 || producers.some((each) => sourceName.includes(each));
}

export interface PopupActions {
  close(): void;
  openHistory(entry: Entry): void;
  openItem(entry: Entry): void;
  /** Where the conversation will be. */
  talk(entry: Entry, schema: Schema | null): HTMLElement;
}

export class Popup {
  /** Other contributions at the place that was tapped. */
  alsoHere: Entry[] = [];
  /** The contribution that was just sent from here, with the secret that lets one change it. */
  justSent: { id: string; secret: string | undefined } | null = null;
  /** What just happened to the contribution that is opened next; said once. */
  notice: string | null = null;

  constructor(
    private readonly state: State,
    private readonly schemas: Schemas,
    private readonly secrets: Secrets,
    private readonly actions: PopupActions,
  ) {}

  async render(entry: Entry): Promise<HTMLElement> {
    // Labels come from the schema; without it (no network) the values alone still help.
    const schema = await this.schemas.get(entry.collection.id).catch(() => null);
    const { properties } = entry.item;
    return h(
      'section',
      { class: 'view popup', 'aria-labelledby': 'item-title', 'data-item': entry.item.id },
      this.head(entry),
      this.thanks(entry),
      properties.description && h('p', { class: 'lines' }, properties.description),
      this.fields(properties, schema),
      this.provenance(entry),
      h(
        'p',
        { class: 'links' },
        h('a', { href: '#', id: 'open-history', onclick: (event: Event) => this.history(event, entry) },
          t('item.history')),
        h('a', { href: `${this.state.api.itemUrl(entry.collection.id, entry.item.id)}?f=json` }, 'GeoJSON'),
      ),
      this.actions.talk(entry, schema),
      this.others(entry),
    );
  }

  /** What is known of a contribution while the rest of it is on its way. */
  pending(entry: Entry): HTMLElement {
    return h(
      'section',
      { class: 'view', 'aria-labelledby': 'item-title', 'aria-busy': 'true' },
      this.head(entry),
      h('p', { class: 'note' }, t('loading')),
    );
  }

  private history(event: Event, entry: Entry): void {
    event.preventDefault();
    this.actions.openHistory(entry);
  }

  private head(entry: Entry): HTMLElement {
    return h(
      'header',
      { class: 'view-head' },
      h(
        'div',
        null,
        h('p', { class: 'kind' }, swatch(this.state.color(entry), shapeOf(entry.collection)),
          kindOf(this.state, entry)),
        h('h2', { id: 'item-title' }, nameOf(this.state, entry)),
      ),
      h('button', { type: 'button', class: 'round', 'aria-label': t('close'), id: 'close',
        onclick: () => this.actions.close() }, icon(ICONS.close)),
    );
  }

  private thanks(entry: Entry): HTMLElement | null {
    const kept = this.secrets.get(entry.item.id);
    const { notice } = this;
    this.notice = null;
    if (notice) {
      return h('p', { class: 'thanks', role: 'status' }, notice);
    }
    if (this.justSent?.id !== entry.item.id) {
      return kept && !entry.item.properties.author ? h('p', { class: 'note mine' }, t('item.mine')) : null;
    }
    const { secret } = this.justSent;
    return h(
      'div',
      { class: 'thanks' },
      h('p', null, h('strong', null, t('sent.thanks')), ' ',
        t(entry.item.properties.moderation === 'pending' ? 'sent.pending' : 'sent.visible')),
      secret && h('p', null, t(kept ? 'sent.secret' : 'sent.secret_not_kept')),
      secret && h('p', null, h('code', { id: 'edit-secret' }, secret)),
    );
  }

  private fields(properties: ItemProperties, schema: Schema | null): HTMLElement | null {
    const specs = (schema?.fields ?? []).filter((spec) => !ELSEWHERE.has(spec.key));
    const rows = specs.filter((spec) => properties[spec.key] !== undefined);
    if (rows.length === 0) {
      return null;
    }
    return h('dl', null, rows.map((spec) => this.row(spec, properties[spec.key])));
  }

  private row(spec: FieldSpec, value: unknown): HTMLElement {
    return h('div', { 'data-field': spec.key },
      h('dt', null, say(spec.label, spec.key)), h('dd', null, ...show(spec, value)));
  }

  /** Author, dates, source, licence: what makes a contribution worth trusting. */
  private provenance(entry: Entry): HTMLElement {
    const { properties } = entry.item;
    const { collection } = entry;
    const created = properties.created && date(properties.created);
    const updated = properties.updated && date(properties.updated);
    const licence = properties.licence ?? collection.licence ?? this.state.map.licence;
    return h(
      'ul',
      { class: 'plain provenance' },
      h('li', { class: 'author' },
        // What was imported has no person behind it; calling it anonymous would say that it has.
        properties.source && !properties.author
          ? t('item.imported', { date: created ?? '' })
          : t('item.by', { author: properties.author ?? t('anonymous'), date: created ?? '' })),
      updated && updated !== created && h('li', null, t('item.updated', { date: updated })),
      properties.observed && h('li', null, t('item.observed', { date: date(properties.observed) })),
      properties.source &&
        h('li', null, t('item.source'), ' ', source(properties.source),
          !namesProducer(properties.source, collection.attribution) &&
            h('span', null, ' · ', ...linkify(collection.attribution ?? ''))),
      licence && h('li', null, t('item.licence'), ' ', licenceName(licence)),
    );
  }

  private others(entry: Entry): HTMLElement | null {
    const others = this.alsoHere.filter((each) => each.item.id !== entry.item.id);
    if (others.length === 0) {
      return null;
    }
    return h(
      'div',
      { class: 'block' },
      h('h3', null, t('item.also_here')),
      h('ul', { class: 'plain items' }, others.map((each) =>
        h('li', null,
          h('button', { type: 'button', 'data-item': each.item.id, onclick: () => this.actions.openItem(each) },
            swatch(this.state.color(each), shapeOf(each.collection)),
            h('span', { class: 'name' }, nameOf(this.state, each)),
            h('span', { class: 'kind' }, kindOf(this.state, each)))))),
    );
  }
}
