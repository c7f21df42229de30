// SPDX-License-Identifier: AGPL-3.0-or-later
// "Add here", and the change of what is there: a form made from the schema of a collection. What is
// typed to be added is kept on the device until the program has said that it holds it.

import type { Geometry } from 'geojson';
import { conflictChoices } from './conflicts';
import { NetworkError, RefusedError } from './http';
import { h, icon, ICONS, swatch } from './dom';
import { keepReturn, lastSession } from './community/session';
import type { Draft, Drafts, Secrets, Value } from './drafts';
import { asValue, patchOf, startEditing, verticesOf, type Editing } from './editing';
import { check, control, isBlank, toSend, type Control } from './inputs';
import { distance, plural, say, t, type Word } from './i18n';
import { shapeOf } from './legend';
import { licenceName } from './licences';
import { announce } from './live';
import type { MapView } from './map_view';
import { geometryOf, PositionField, shapesOf } from './position';
import type { FieldSpec, Schema, Schemas } from './schema';
import type { Entry, State } from './state';
import { recall, remember } from './storage';
import { sentence } from './text';
import type { Candidate, Collection, Item, Problem } from './types';

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

export interface FormActions {
  close(): void;
  sent(collection: Collection, item: Item): void;
  /** `item`: as it is now; null: the change waits until somebody has accepted it. */
  edited(entry: Entry, item: Item | null): void;
}

export class Form {
  private map: MapView | null = null;
  private position: PositionField | null = null;
  private controls: Control[] = [];
  private schema: Schema | null = null;
  private tokenAsked: boolean;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private editing: Editing | null = null;
  /** Contributions nearby that may be the same were shown, and it is another one. */
  private isAnother = false;
  private contact = '';

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

  /** The map has come. Whoever is filling in the form already keeps it: only the place is drawn anew. */
  useMap(map: MapView): void {
    this.map = map;
    if (this.position) {
      this.drawPosition();
    }
  }

  private get draft(): Draft {
    return this.editing?.draft ?? this.drafts.draft;
  }

  /** The form about a contribution that is there. */
  async renderEdit(entry: Entry, propose: boolean): Promise<HTMLElement> {
    this.leave();
    const { editing } = this;
    this.schema = await this.schemas.get(entry.collection.id);
    if (editing?.entry.item.id !== entry.item.id || editing.propose !== propose) {
      const { body, etag } = await this.state.api.itemNow(entry.collection.id, entry.item.id, this.secrets.get(entry.item.id));
      this.editing = startEditing(entry, body, etag, this.schema, propose);
    }
    return this.section(propose ? 'edit.propose' : 'edit.title', this.body(entry.collection, this.schema));
  }

  async render(): Promise<HTMLElement> {
    this.leave();
    this.editing = null;
    const { collections } = this.state;
    const { draft } = this;
    if (collections.length === 1) {
      draft.collection = collections[0]?.id ?? null;
    }
    const collection = draft.collection ? this.state.collection(draft.collection) : undefined;
    this.schema = collection ? await this.schemas.get(collection.id) : null;
    return this.section('add.title',
      collections.length > 1 && this.kinds(collections),
      collection && this.schema && this.body(collection, this.schema));
  }

  private section(title: Word, ...content: (HTMLElement | null | undefined | false)[]): HTMLElement {
    return h('section', { class: 'view add', 'aria-labelledby': 'add-title' },
      h('header', { class: 'view-head' },
        h('h2', { id: 'add-title' }, t(title)),
        h('button', { type: 'button', class: 'round', 'aria-label': t('close'), id: 'close',
          onclick: () => this.actions.close() }, icon(ICONS.close))),
      content);
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
            checked: this.draft.collection === each.id,
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
    const { draft, editing } = this;
    this.position = editing && !editing.hasPlace ? null : this.positionField();
    // A new contribution starts in the first status; others are reached later, with a reason.
    const asked = schema.fields.filter((spec) => spec.type !== 'status');
    this.controls = asked.map((spec) =>
      control(spec, draft.values[spec.key], (value) => this.typed(spec, value)));
    const { open, folded } = arrange(this.controls);
    return h(
      'form',
      { novalidate: true, id: 'add-form', 'data-collection': collection.id, onsubmit: (event: Event) => this.submit(event, collection) },
      h('div', { id: 'form-errors' },
        draft.waiting && h('p', { class: 'warn' }, t('add.waiting'))),
      h('p', { class: 'note' }, say(collection.descriptions)),
      this.position?.element,
      open.map((each) => each.element),
      folded.length > 0 &&
        h('details', { id: 'more-fields' }, h('summary', null, t('add.more')), folded.map((each) => each.element)),
      editing ? this.reasonField(editing) : this.contactField(),
      this.tokenAsked && this.tokenField(),
      this.state.map.licence &&
        h('p', { class: 'note' }, t('add.licence'), ' ', licenceName(this.state.map.licence), '.'),
      this.charter(),
      h('div', { class: 'row actions' },
        h('button', { type: 'submit', class: 'primary', id: 'send' }, t('add.send')),
        h('button', { type: 'button', class: 'link', onclick: () => this.discard() }, t('add.discard'))),
    );
  }

  /** What somebody accepts by sending, there to be read. */
  private charter(): HTMLElement | null {
    if (!this.state.map.rules?.charter || this.editing) {
      return null;
    }
    const text = h('p', { class: 'lines' }, t('loading'));
    return h('details', { id: 'charter', ontoggle: () => void this.state.api.charter().then((charter) => {
      text.textContent = say(charter);
    }, () => {
      text.textContent = t('list.failed');
    }) }, h('summary', null, t('add.charter')), text);
  }

  private textField(id: string, label: Word, help: Word, props: Record<string, unknown>): HTMLElement {
    return h('div', { class: 'field' },
      h('label', { for: id }, t(label)),
      h('p', { class: 'note', id: `${id}-help` }, t(help)),
      h('input', { id, 'aria-describedby': `${id}-help`, ...props }));
  }

  private reasonField(editing: Editing): HTMLElement {
    return this.textField('edit-reason', 'edit.reason', 'edit.reason_help', { type: 'text', autocomplete: 'off', value: editing.reason,
      maxlength: 500, oninput: (event: Event) => {
        editing.reason = (event.target as HTMLInputElement).value;
      } });
  }

  /** Where the code to change it later can be sent, should this device forget it. */
  private contactField(): HTMLElement | null {
    return lastSession() || this.tokenAsked ? null
      : this.textField('contact', 'add.contact', 'add.contact_help', { type: 'email', autocomplete: 'email', value: this.contact,
        oninput: (event: Event) => {
          this.contact = (event.target as HTMLInputElement).value.trim();
        } });
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
    this.draft.values[spec.key] = value;
    this.isAnother = false;
    this.changed();
  }

  private changed(): void {
    if (this.editing) {
      return;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drafts.keep(), KEEP_AFTER_MS);
  }

  private discard(): void {
    clearTimeout(this.timer);
    if (!this.editing) {
      this.drafts.clear();
    }
    this.editing = null;
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
    if (this.position && !geometryOf(this.draft, this.schema?.geometryTypes ?? [])) {
      wrong.set('geometry', t('error.position'));
    }
    for (const { spec } of this.controls) {
      const reason = check(spec, this.draft.values[spec.key]);
      if (reason) {
        wrong.set(spec.key, reason);
      }
    }
    // A place about which nothing is said helps nobody, even where no field is required.
    const said = this.controls.some(({ spec }) =>
      !FOLDED.has(spec.key) && !isBlank(this.draft.values[spec.key]));
    const [first] = this.controls;
    if (!said && first && !wrong.has(first.spec.key)) {
      wrong.set(first.spec.key, t('error.nothing'));
    }
    return wrong;
  }

  private feature(): Record<string, unknown> {
    const { draft } = this;
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
      await (this.editing ? this.sendEdit(this.editing) : this.sendNew(collection));
    } catch (error) {
      this.failed(error);
    } finally {
      this.busy(false);
    }
  }

  private async sendNew(collection: Collection): Promise<void> {
    const feature = this.feature();
    if (!this.isAnother) {
      // Not knowing whether it is there already is no reason not to take it.
      const alike = await this.state.api.duplicates(collection.id, feature).catch(() => []);
      if (alike.length > 0) {
        this.showAlike(collection, alike);
        return;
      }
    }
    const item = await this.state.api.create(collection.id,
      this.contact ? { ...feature, contact_email: this.contact } : feature, this.token());
    if (item.edit_secret) {
      this.secrets.keep(item.id, item.edit_secret);
    }
    clearTimeout(this.timer);
    this.drafts.clear();
    this.isAnother = false;
    this.leave();
    this.actions.sent(collection, item);
  }

  private async sendEdit(editing: Editing): Promise<void> {
    const patch = patchOf(editing, this.controls, geometryOf(editing.draft, this.schema?.geometryTypes ?? []));
    if (!patch) {
      this.showErrors(new Map(), [t('edit.nothing')]);
      return;
    }
    const { entry } = editing;
    const { status, body } = await this.state.api.change(entry.collection.id, entry.item.id, patch, {
      etag: editing.etag, secret: this.secrets.get(entry.item.id), reason: editing.reason.trim(),
      propose: editing.propose, token: this.token(),
    });
    this.editing = null;
    this.leave();
    this.actions.edited(entry, status === 200 && !editing.propose ? body : null);
  }

  /** What is there already may be what somebody is about to add. */
  private showAlike(collection: Collection, alike: Candidate[]): void {
    const link = (each: Candidate): HTMLElement => h('li', null,
      h('a', { href: `#item/${encodeURIComponent(collection.id)}/${each.id}` }, each.title || t('add.alike_untitled')),
      ` · ${distance(each.distance_m)}`);
    const box = h('div', { class: 'summary-errors alike', role: 'alert', tabindex: '-1', id: 'alike' },
      h('p', null, t('add.alike')),
      h('ul', null, alike.slice(0, 5).map(link)),
      h('button', { type: 'button', id: 'send-anyway', onclick: () => {
        this.isAnother = true;
        void this.send(collection);
      } }, t('add.not_alike')));
    document.getElementById('form-errors')?.replaceChildren(box);
    box.focus();
    box.scrollIntoView({ block: 'nearest' });
  }

  private failed(error: unknown): void {
    if (error instanceof NetworkError && this.editing) {
      this.showErrors(new Map(), [t('add.failed')]);
    } else if (error instanceof NetworkError) {
      this.drafts.draft.waiting = true;
      this.showErrors(new Map(), [t(this.drafts.keep() ? 'add.offline' : 'add.offline_not_kept')]);
    } else if (error instanceof RefusedError && error.status === 401) {
      this.askToken();
    } else if (error instanceof RefusedError && error.status === 412 && this.editing) {
      this.overtaken(this.editing, error.problem);
    } else if (error instanceof RefusedError) {
      this.showProblem(error.problem);
    } else {
      this.showErrors(new Map(), [t('add.failed')]);
    }
  }

  /** Somebody else changed the same; what was typed stays, and sending again means it. */
  private overtaken(editing: Editing, problem: Problem): void {
    const conflicts = problem.conflicts ?? [];
    editing.etag = problem.current_etag ?? editing.etag;
    this.showErrors(new Map(), [t(conflicts.length > 0 ? 'edit.choose' : 'edit.overtaken')]);
    for (const each of this.controls.filter(({ spec }) => conflicts.some(({ field }) => field === spec.key))) {
      each.fail(t('edit.conflict'));
    }
    const { draft: { shape }, place } = editing;
    const vertices = [...editing.draft.vertices];
    document.getElementById('form-errors')?.firstElementChild?.append(
      ...conflictChoices(conflicts, this.schema, this.state.tree, ({ field, yours, current }, theirs) => {
        const spec = this.schema?.fields.find((each) => each.key === field);
        if (field === 'geometry') {
          const drawn = theirs ? verticesOf(current as Geometry | null) : null;
          // Theirs stays what it is: it counts as not moved.
          Object.assign(editing.draft, drawn ?? { vertices: [...vertices], shape });
          editing.place = theirs ? JSON.stringify(editing.draft.vertices) : place;
          this.drawPosition();
        } else if (spec) {
          this.redraw(spec, asValue(theirs ? current : yours) ?? '');
        }
      }));
  }

  /** The control again, with another value. */
  private redraw(spec: FieldSpec, value: Value): void {
    const index = this.controls.findIndex((each) => each.spec.key === spec.key);
    const made = control(spec, value, (typed) => this.typed(spec, typed));
    this.controls[index]?.element.replaceWith(made.element);
    this.controls[index] = made;
    this.draft.values[spec.key] = value;
  }

  private drawPosition(): void {
    const before = this.position;
    before?.stop();
    this.position = this.positionField();
    before?.element.replaceWith(this.position.element);
  }

  private positionField(): PositionField {
    return new PositionField(this.draft, shapesOf(this.schema?.geometryTypes ?? []), this.map, () => this.changed());
  }

  private askToken(): void {
    if (!this.tokenAsked) {
      this.tokenAsked = true;
      document.getElementById('add-form')?.querySelector('.actions')?.before(this.tokenField());
    }
    this.showErrors(new Map(), [t('token.needed')]);
    document.getElementById('form-errors')?.firstElementChild?.append(
      h('p', null, h('a', { href: '/account', id: 'sign-in', onclick: () => keepReturn() }, t('me.sign_in'))));
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
        wrong.set(field, [wrong.get(field), sentence(reason)].filter(Boolean).join(' '));
      } else {
        general.push(sentence(reason));
      }
    }
    if (wrong.size === 0 && general.length === 0) {
      general.push(problem.detail ? sentence(problem.detail) : t('add.failed'));
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
    return h('li', null, h('a', { href: '#add', onclick: go }, t('error.at', { name, reason })));
  }
}
