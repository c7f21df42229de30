// SPDX-License-Identifier: AGPL-3.0-or-later
// "Add here": a form made from the schema of a collection. What is typed is kept on the device until
// the program has said that it holds it.

import { NetworkError, RefusedError } from './api';
import { h, icon, ICONS, swatch } from './dom';
import type { Drafts, Secrets, Value } from './drafts';
import { check, control, isBlank, toSend, type Control } from './inputs';
import { lang, plural, say, t, type Word } from './i18n';
import { shapeOf } from './legend';
import { licenceName } from './licences';
import { announce } from './live';
import type { MapView } from './map_view';
import { geometryOf, PositionField, shapesOf } from './position';
import type { FieldSpec, Schema, Schemas } from './schema';
import type { State } from './state';
import { recall, remember } from './storage';
import type { Collection, Item, Problem } from './types';

// What kind of thing it is comes before its details; a collection may have twenty fields, and a
// first contribution that takes long is the last one. The rest is folded, one tap away.
const FIRST = ['title', 'categories', 'description'];
const FOLDED = new Set(['observed', 'licence']);
const OPEN_FIELDS = 4;
const KEEP_AFTER_MS = 400;

/** The order of the form, and what of it is folded. */
function arrange(controls: Control[]): { open: Control[]; folded: Control[] } {
  const first = FIRST.flatMap((key) => controls.filter((each) => each.spec.key === key));
  const rest = controls.filter((each) => !first.includes(each));
  const required = rest.filter((each) => each.spec.required);
  const optional = rest.filter((each) => !each.spec.required && !FOLDED.has(each.spec.key));
  const last = rest.filter((each) => !each.spec.required && FOLDED.has(each.spec.key));
  return {
    open: [...first, ...required, ...optional.slice(0, OPEN_FIELDS)],
    folded: [...optional.slice(OPEN_FIELDS), ...last],
  };
}

const REFUSALS: Record<string, Word> = {
  opening_hours: 'refused.opening_hours',
  url: 'refused.url',
  email: 'error.email',
  phone: 'refused.phone',
  date: 'refused.date',
  geometry: 'refused.geometry',
};

/** The program gives its reasons in English; a reader of another language gets the page's words. */
function refusal(type: string, reason: string): string {
  const word = REFUSALS[type];
  if (lang() === 'en') {
    return reason;
  }
  return word ? t(word) : t('refused.value', { reason });
}

export interface FormActions {
  close(): void;
  sent(collection: Collection, item: Item): void;
}

export class Form {
  map: MapView | null = null;
  private position: PositionField | null = null;
  private controls: Control[] = [];
  private schema: Schema | null = null;
  private tokenAsked: boolean;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly state: State,
    private readonly schemas: Schemas,
    private readonly drafts: Drafts,
    private readonly secrets: Secrets,
    private readonly actions: FormActions,
    private readonly refresh: () => void,
  ) {
    this.tokenAsked = state.map.account_needed;
  }

  /** The map stops taking taps for this form. */
  leave(): void {
    this.position?.stop();
    this.position = null;
  }

  async render(): Promise<HTMLElement> {
    this.leave();
    const { collections } = this.state;
    const { draft } = this.drafts;
    if (collections.length === 1) {
      draft.collection = collections[0]?.id ?? null;
    }
    const collection = draft.collection ? this.state.collection(draft.collection) : undefined;
    this.schema = collection ? await this.schemas.get(collection.id) : null;
    return h(
      'section',
      { class: 'view add', 'aria-labelledby': 'add-title' },
      h('header', { class: 'view-head' },
        h('h2', { id: 'add-title' }, t('add.title')),
        h('button', { type: 'button', class: 'round', 'aria-label': t('close'), id: 'close',
          onclick: () => this.actions.close() }, icon(ICONS.close))),
      collections.length > 1 && this.kinds(collections),
      collection && this.schema && this.body(collection, this.schema),
    );
  }

  private kinds(collections: Collection[]): HTMLElement {
    return h(
      'fieldset',
      { class: 'field kinds' },
      h('legend', null, t('add.what')),
      collections.map((each) =>
        h('label', { class: 'check' },
          h('input', {
            type: 'radio', name: 'collection', id: `kind-${each.id}`, value: each.id,
            checked: this.drafts.draft.collection === each.id,
            onchange: () => this.choose(each),
          }),
          swatch(each.color, shapeOf(each)),
          h('span', { class: 'name' }, say(each.titles, each.title)))),
    );
  }

  private choose(collection: Collection): void {
    // Positions and words typed so far are kept: fields with the same name mean the same.
    this.drafts.draft.collection = collection.id;
    this.drafts.keep();
    this.refresh();
  }

  private body(collection: Collection, schema: Schema): HTMLElement {
    const { draft } = this.drafts;
    this.position = new PositionField(draft, shapesOf(schema.geometryTypes), this.map, () => this.changed());
    // A new contribution starts in the first status; others are reached later, with a reason.
    const asked = schema.fields.filter((spec) => spec.type !== 'status');
    this.controls = asked.map((spec) =>
      control(spec, draft.values[spec.key], (value) => this.typed(spec, value)));
    const { open, folded } = arrange(this.controls);
    return h(
      'form',
      { novalidate: true, id: 'add-form', onsubmit: (event: Event) => this.submit(event, collection) },
      h('div', { id: 'form-errors' },
        draft.waiting && h('p', { class: 'warn' }, t('add.waiting'))),
      h('p', { class: 'note' }, say(collection.descriptions)),
      this.position.element,
      open.map((each) => each.element),
      folded.length > 0 &&
        h('details', { id: 'more-fields' }, h('summary', null, t('add.more')), folded.map((each) => each.element)),
      this.tokenAsked && this.tokenField(),
      this.state.map.licence &&
        h('p', { class: 'note' }, t('add.licence'), ' ', licenceName(this.state.map.licence), '.'),
      h('div', { class: 'row actions' },
        h('button', { type: 'submit', class: 'primary', id: 'send' }, t('add.send')),
        h('button', { type: 'button', class: 'link', onclick: () => this.discard() }, t('add.discard'))),
    );
  }

  private tokenField(): HTMLElement {
    return h('div', { class: 'field', 'data-field': 'token' },
      h('label', { for: 'token' }, t('token.label')),
      h('p', { class: 'note', id: 'token-help' }, t('token.help')),
      h('input', { id: 'token', type: 'password', autocomplete: 'off', 'aria-describedby': 'token-help',
        value: this.token(),
        oninput: (event: Event) => remember('token', (event.target as HTMLInputElement).value.trim()) }));
  }

  private token(): string {
    return recall('token') ?? '';
  }

  private typed(spec: FieldSpec, value: Value): void {
    this.drafts.draft.values[spec.key] = value;
    this.changed();
  }

  private changed(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drafts.keep(), KEEP_AFTER_MS);
  }

  private discard(): void {
    clearTimeout(this.timer);
    this.drafts.clear();
    this.leave();
    this.actions.close();
  }

  // --- Sending ---

  private submit(event: Event, collection: Collection): void {
    event.preventDefault();
    const wrong = this.checkAll();
    if (wrong.size > 0) {
      this.showErrors(wrong, []);
      return;
    }
    void this.send(collection);
  }

  private checkAll(): Map<string, string> {
    const wrong = new Map<string, string>();
    if (!geometryOf(this.drafts.draft, this.schema?.geometryTypes ?? [])) {
      wrong.set('geometry', t('error.position'));
    }
    for (const { spec } of this.controls) {
      const reason = check(spec, this.drafts.draft.values[spec.key]);
      if (reason) {
        wrong.set(spec.key, reason);
      }
    }
    // A place about which nothing is said helps nobody, even where no field is required.
    const said = this.controls.some(({ spec }) =>
      !FOLDED.has(spec.key) && !isBlank(this.drafts.draft.values[spec.key]));
    const [first] = this.controls;
    if (!said && first && !wrong.has(first.spec.key)) {
      wrong.set(first.spec.key, t('error.nothing'));
    }
    return wrong;
  }

  private feature(): unknown {
    const { draft } = this.drafts;
    const properties: Record<string, unknown> = {};
    for (const { spec } of this.controls) {
      const value = toSend(spec, draft.values[spec.key]);
      if (value !== undefined) {
        properties[spec.key] = value;
      }
    }
    return { type: 'Feature', geometry: geometryOf(draft, this.schema?.geometryTypes ?? []), properties };
  }

  private busy(on: boolean): void {
    const button = document.getElementById('send') as HTMLButtonElement | null;
    if (button) {
      // Disabled would throw the focus away; a second press is ignored instead.
      button.setAttribute('aria-disabled', String(on));
      button.textContent = on ? t('add.sending') : t('add.send');
    }
  }

  private async send(collection: Collection): Promise<void> {
    if (document.getElementById('send')?.getAttribute('aria-disabled') === 'true') {
      return;
    }
    this.busy(true);
    announce(t('add.sending'));
    try {
      const item = await this.state.api.create(collection.id, this.feature(), this.token());
      if (item.edit_secret) {
        this.secrets.keep(item.id, item.edit_secret);
      }
      clearTimeout(this.timer);
      this.drafts.clear();
      this.leave();
      this.actions.sent(collection, item);
    } catch (error) {
      this.busy(false);
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    if (error instanceof NetworkError) {
      this.drafts.draft.waiting = true;
      this.showErrors(new Map(), [t(this.drafts.keep() ? 'add.offline' : 'add.offline_not_kept')]);
    } else if (error instanceof RefusedError && error.status === 401) {
      this.askToken();
    } else if (error instanceof RefusedError) {
      this.showProblem(error.problem);
    } else {
      this.showErrors(new Map(), [t('add.failed')]);
    }
  }

  private askToken(): void {
    if (!this.tokenAsked) {
      this.tokenAsked = true;
      document.getElementById('add-form')?.querySelector('.actions')?.before(this.tokenField());
    }
    this.showErrors(new Map(), [t('token.needed')]);
    document.getElementById('token')?.focus();
  }

  /** The program's reasons, each beside its field; what belongs to none stands above. */
  private showProblem(problem: Problem): void {
    const wrong = new Map<string, string>();
    const general: string[] = [];
    for (const { pointer, reason } of problem.errors ?? []) {
      const [, first = '', second = ''] = (pointer ?? '').split('/');
      const field = first === 'properties' ? second.replace(/~1/g, '/').replace(/~0/g, '~') : first;
      const target = this.controls.find((each) => each.spec.key === field);
      if (target || field === 'geometry') {
        const words = refusal(target?.spec.type ?? 'geometry', reason);
        wrong.set(field, [wrong.get(field), words].filter(Boolean).join(' '));
      } else {
        general.push(reason);
      }
    }
    if (wrong.size === 0 && general.length === 0) {
      general.push(problem.detail ?? problem.title ?? t('add.failed'));
    }
    this.showErrors(wrong, general);
  }

  private showErrors(wrong: Map<string, string>, general: string[]): void {
    this.position?.fail(wrong.get('geometry') ?? null);
    for (const each of this.controls) {
      each.fail(wrong.get(each.spec.key) ?? null);
    }
    const more = document.getElementById('more-fields') as HTMLDetailsElement | null;
    if (more?.querySelector('.invalid')) {
      more.open = true;
    }
    const summary = h('div', { class: 'summary-errors', role: 'alert', tabindex: '-1' },
      wrong.size > 0 && h('p', null, plural('error.count', wrong.size)),
      general.map((reason) => h('p', null, reason)),
      wrong.size > 0 && h('ul', null, [...wrong].map(([key, reason]) => this.errorLink(key, reason))));
    document.getElementById('form-errors')?.replaceChildren(summary);
    summary.focus();
    summary.scrollIntoView({ block: 'nearest' });
  }

  private errorLink(key: string, reason: string): HTMLElement {
    const target = this.controls.find((each) => each.spec.key === key);
    const name = target ? say(target.spec.label, key) : t('position.title');
    const go = (event: Event): void => {
      event.preventDefault();
      (target ?? this.position)?.focus();
    };
    return h('li', null, h('a', { href: '#add', onclick: go }, `${name} : ${reason}`));
  }
}
