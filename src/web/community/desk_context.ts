// SPDX-License-Identifier: AGPL-3.0-or-later
// What a moderator has to see to decide about a contribution: what it says, why it is here, who
// complained, what changed, what may be the same. Read once, and ahead of time for the next ones.

import { h, swatch } from '../dom';
import { changeList } from '../history';
import { post, request } from '../http';
import { date, distance, moment, number, plural, say, t, type Word } from '../i18n';
import { shapeOf } from '../legend';
import { kindOf, nameOf } from '../list';
import type { Schema, Schemas } from '../schema';
import type { Entry, State } from '../state';
import type { Candidate, Item } from '../types';
import { show } from '../values';
import type { Report, Waiting, Why } from './desk_types';
import { mark } from './ui';

export interface Context {
  entry: Entry;
  schema: Schema | null;
  reports: Report[];
  candidates: Candidate[];
}

const ELSEWHERE = new Set(['title', 'description', 'categories']);
const KEPT_MAX = 40;

export class Contexts {
  private readonly kept = new Map<string, Promise<Context>>();

  constructor(private readonly state: State, private readonly schemas: Schemas) {}

  get(waiting: Waiting): Promise<Context> {
    const known = this.kept.get(waiting.id);
    if (known) {
      return known;
    }
    const read = this.read(waiting);
    this.kept.set(waiting.id, read);
    read.catch(() => this.kept.delete(waiting.id));
    // Bounded: the oldest goes.
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT_MAX && oldest !== undefined) {
      this.kept.delete(oldest);
    }
    return read;
  }

  forget(id: string): void {
    this.kept.delete(id);
  }

  forgetAll(): void {
    this.kept.clear();
  }

  private async read(waiting: Waiting): Promise<Context> {
    const { api } = this.state;
    const collection = this.state.collection(waiting.collection);
    if (!collection) {
      throw new Error(`no collection ${waiting.collection}`);
    }
    const url = api.itemUrl(waiting.collection, waiting.id);
    const item = waiting.feature;
    const [schema, reports, candidates] = await Promise.all([
      this.schemas.get(waiting.collection).catch(() => null),
      (waiting.open_reports ?? 0) > 0
        ? request<{ items: Report[] }>(`${url}/reports`).then((page) => page.items).catch(() => [])
        : [],
      this.candidates(waiting, item),
    ]);
    return { entry: this.state.entry(collection, item), schema, reports, candidates };
  }

  /** Without itself; none when they cannot be known. */
  private async candidates(waiting: Waiting, item: Item): Promise<Candidate[]> {
    const named = waiting.reasons.find((each) => each.reason === 'duplicate')?.detail?.['candidates'];
    if (Array.isArray(named) && named.every((each) => typeof each === 'object' && each !== null)) {
      return named as Candidate[];
    }
    const { title, source, source_id } = item.properties;
    const body = { type: 'Feature', geometry: item.geometry, properties: { title, source, source_id } };
    const url = `${this.state.api.root}/collections/${encodeURIComponent(waiting.collection)}/duplicates`;
    try {
      const { items } = await post<{ items: Candidate[] }>(url, body, { 'Content-Type': 'application/geo+json' });
      return items.filter((each) => each.id !== waiting.id);
    } catch {
      return [];
    }
  }
}

export function whyWords(why: Why): string {
  return t(`why.${why.reason}` as Word);
}

/** "3 h", "2 days". */
export function age(seconds: number): string {
  const units: [number, string][] = [[86400, 'age.days'], [3600, 'age.hours'], [60, 'age.minutes']];
  for (const [size, word] of units) {
    if (seconds >= size) {
      return plural(word, Math.floor(seconds / size));
    }
  }
  return t('age.now');
}

/** Something that can be done about who wrote a contribution. */
export interface AuthorAct {
  key: string;
  word: Word;
  act(): void;
}

export function renderContext(state: State, waiting: Waiting, context: Context, acts: AuthorAct[]): HTMLElement[] {
  const { entry, schema, reports, candidates } = context;
  const changes = waiting.changes ?? [];
  const { properties } = entry.item;
  return [
    h('header', { class: 'context-head' },
      h('p', { class: 'kind' }, swatch(state.color(entry), shapeOf(entry.collection)), kindOf(state, entry), mark(waiting.moderation)),
      h('h2', { id: 'context-title', tabindex: '-1' }, nameOf(state, entry))),
    h('ul', { class: 'plain whys' }, waiting.reasons.map((each) =>
      h('li', { 'data-reason': each.reason }, h('strong', null, whyWords(each)), ...detailOf(each)))),
    properties.description ? h('p', { class: 'lines' }, properties.description) : h('p', { class: 'empty' }, t('desk.no_description')),
    fields(context),
    changes.length > 0
      ? h('section', { class: 'block' }, h('h3', null, t('desk.changes')), changeList({ action: 'update', changes }, schema, state.tree)) : null,
    reports.length > 0 ? reportList(reports) : null,
    candidates.length > 0 ? candidateList(state, waiting, candidates) : null,
    h('p', { class: 'facts' },
      h('span', null, t('item.by', { author: properties.author ?? t('anonymous'), date: properties.created ? date(properties.created) : '' })),
      h('span', null, plural('desk.versions', waiting.version ?? 1)),
      h('a', { href: `${state.api.root}#history/${encodeURIComponent(waiting.collection)}/${waiting.id}` }, t('item.history')),
      waiting.author && h('a', { href: `/accounts/${encodeURIComponent(waiting.author)}` }, t('desk.author')),
      waiting.author && waiting.standing && h('span', null, t('desk.standing', {
        published: waiting.standing['published'] ?? 0, refused: (waiting.standing['rejected'] ?? 0) + (waiting.standing['hidden'] ?? 0) }))),
    acts.length > 0
      ? h('div', { class: 'row author-acts', role: 'group', 'aria-label': t('desk.about_author') }, acts.map(({ key, word, act }) =>
          h('button', { type: 'button', 'data-act': key, 'aria-keyshortcuts': key, onclick: act }, t(word), h('kbd', { 'aria-hidden': 'true' }, key))))
      : null,
  ].filter((each): each is HTMLElement => each !== null);
}

function detailOf(why: Why): (Node | string)[] {
  const text = why.detail?.['text'] ?? why.detail?.['message'];
  return typeof text === 'string' && text ? [` « ${text} »`] : [];
}

function fields({ entry, schema }: Context): HTMLElement | null {
  const { properties } = entry.item;
  const rows = (schema?.fields ?? []).filter((spec) => !ELSEWHERE.has(spec.key) && properties[spec.key] !== undefined);
  return rows.length === 0 ? null : h('dl', { class: 'facts-list' }, rows.map((spec) =>
    h('div', { 'data-field': spec.key }, h('dt', null, say(spec.label, spec.key)), h('dd', null, ...show(spec, properties[spec.key])))));
}

function reportList(reports: Report[]): HTMLElement {
  return h('section', { class: 'block' }, h('h3', null, t('desk.reports')),
    h('ul', { class: 'rows' }, reports.map((each) => h('li', null,
      h('p', null, h('strong', null, t(`report.${each.kind}` as Word)), each.text ? ` : ${each.text}` : ''),
      h('p', { class: 'facts' }, each.author ?? t('anonymous'), ' · ', moment(each.created))))));
}

function candidateList(state: State, waiting: Waiting, candidates: Candidate[]): HTMLElement {
  return h('section', { class: 'block' }, h('h3', null, t('desk.candidates')),
    h('ol', { class: 'plain rows', id: 'candidates' }, candidates.slice(0, 9).map((each) => h('li', null,
      h('p', null, h('a', { href: `${state.api.root}#item/${encodeURIComponent(waiting.collection)}/${each.id}`, target: '_blank', rel: 'noopener' },
        each.title || t('mine.untitled')), ` · ${distance(each.distance_m)}`,
        each.similarity === undefined ? '' : ` · ${t('desk.similar', { percent: number(Math.round(each.similarity * 100)) })}`)))));
}
