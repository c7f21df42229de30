// SPDX-License-Identifier: AGPL-3.0-or-later
// The history of a contribution: who changed what, when, before and after.

import type { CategoryTree } from './categories';
import { h, icon, ICONS } from './dom';
import { moment, say, t, type Word } from './i18n';
import { nameOf } from './list';
import type { Schema, Schemas } from './schema';
import type { Entry, State } from './state';
import type { Change, Revision } from './types';
import { showChange } from './values';

// What every contribution has beside the fields of its collection.
const COMMON: Record<string, Word> = {
  geometry: 'field.geometry',
  title: 'field.title',
  description: 'field.description',
  categories: 'field.categories',
  status: 'field.status',
  moderation: 'field.moderation',
  observed: 'field.observed',
  licence: 'field.licence',
  source: 'field.source',
  source_id: 'field.source_id',
  campaign: 'field.campaign',
};
const ACTIONS: Record<string, Word> = {
  create: 'action.create',
  update: 'action.update',
  delete: 'action.delete',
  restore: 'action.restore',
  approve: 'action.approve',
  reject: 'action.reject',
  hide: 'action.hide',
  merge: 'action.merge',
  redact: 'action.redact',
  erase: 'action.erase',
  purge: 'action.purge',
};

/** What a revision changed, field by field. */
export function changeList(revision: Changed, schema: Schema | null, tree: CategoryTree): HTMLElement {
  return h('dl', { class: 'changes' }, revision.changes.map((each) => changeRow(each, revision.action === 'create', schema, tree)));
}

export function fieldName(field: string, schema: Schema | null): string {
  const spec = schema?.fields.find((each) => each.key === field);
  const common = COMMON[field];
  return spec ? say(spec.label, field) : common ? t(common) : field;
}

/** `first`: a first version has nothing before; its values alone are easier to read. */
export function changeRow(change: Change, first: boolean, schema: Schema | null, tree: CategoryTree): HTMLElement {
  const spec = schema?.fields.find((each) => each.key === change.field);
  const value = (which: unknown): (Node | string)[] => change.redacted && which === undefined
    ? [h('span', { class: 'empty' }, t('history.redacted'))] : showChange(change.field, spec, which, tree);
  const gone = change.redacted && change.before === undefined && change.after === undefined;
  const before = first || gone ? null
    : [h('del', null, h('span', { class: 'visually-hidden' }, t('history.before')), ...value(change.before)),
       h('span', { class: 'arrow', 'aria-hidden': 'true' }, ' → ')];
  return h('div', { 'data-field': change.field, 'data-set': change.after !== undefined && change.after !== null },
    h('dt', null, fieldName(change.field, schema)),
    h('dd', null, before,
      h('ins', null, before && h('span', { class: 'visually-hidden' }, t('history.after')),
        ...value(change.after))));
}

interface Changed {
  action: string;
  changes: Change[];
}

export class History {
  constructor(
    private readonly state: State,
    private readonly schemas: Schemas,
    private readonly close: () => void,
  ) {}

  async render(entry: Entry): Promise<HTMLElement> {
    const [revisions, schema] = await Promise.all([
      this.state.api.revisions(entry.collection.id, entry.item.id),
      this.schemas.get(entry.collection.id).catch(() => null),
    ]);
    const newestFirst = [...revisions].sort((a, b) => b.version - a.version);
    return h(
      'section',
      { class: 'view history', 'aria-labelledby': 'history-title' },
      h(
        'header',
        { class: 'view-head' },
        h('div', null,
          h('p', { class: 'kind' }, nameOf(this.state, entry)),
          h('h2', { id: 'history-title' }, t('history.title'))),
        h('button', { type: 'button', class: 'round', 'aria-label': t('back'), id: 'close',
          onclick: this.close }, icon(ICONS.back)),
      ),
      h('ol', { class: 'plain revisions', reversed: true },
        newestFirst.map((each) =>
          this.revision(each, schema, Boolean(entry.item.properties.source)))),
    );
  }

  private revision(revision: Revision, schema: Schema | null, imported: boolean): HTMLElement {
    const action = ACTIONS[revision.action];
    return h(
      'li',
      { 'data-version': revision.version },
      h('h3', null, t('history.version', { version: revision.version }), ' · ',
        action ? t(action) : revision.action),
      h('p', { class: 'note' },
        imported && !revision.author
          ? t('history.imported', { date: moment(revision.time) })
          : t('history.by', { author: revision.author ?? t('anonymous'), date: moment(revision.time) })),
      revision.reason && h('p', null, t('history.reason', { reason: revision.reason })),
      revision.changes.length > 0 &&
        changeList(revision, schema, this.state.tree),
    );
  }
}
