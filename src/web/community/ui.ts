// SPDX-License-Identifier: AGPL-3.0-or-later
// Forms and small parts that the community's pages are made of.

import { h } from '../dom';
import { NetworkError, RefusedError } from '../http';
import { plural, t, type Word } from '../i18n';
import { announce } from '../live';
import { sentence } from '../text';

export type Values = Record<string, string | boolean>;
type Choice = [value: string, name: string];

export interface FieldOptions {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password' | 'url' | 'date' | 'number' | 'area' | 'select' | 'check';
  value?: string | boolean | number | null;
  help?: string;
  required?: boolean;
  autocomplete?: string;
  choices?: Choice[];
  maximum?: number;
  minimum?: number;
  /** Names of a field in the program's answers other than its own. */
  pointers?: string[];
  /** What else is wrong with it, given everything that was typed. */
  wrong?(values: Values): string | null;
}

export interface Field {
  options: Pick<FieldOptions, 'name' | 'pointers' | 'type' | 'required' | 'minimum' | 'maximum' | 'wrong'>;
  element: HTMLElement;
  value(): string | boolean;
  focus(): void;
  fail(reason: string | null): void;
  /** What is wrong with it, where that is its own matter. */
  wrong?(): string | null;
}

let forms = 0;

function makeInput(options: FieldOptions, id: string): HTMLElement {
  const shared = {
    id, name: options.name, 'aria-describedby': `${id}-help ${id}-error`,
    'aria-required': options.required ? 'true' : null, autocomplete: options.autocomplete ?? 'off',
    maxlength: options.maximum && options.type !== 'number' ? options.maximum : null,
  };
  const value = String(options.value ?? '');
  switch (options.type) {
    case 'area':
      return h('textarea', { ...shared, rows: 4, value });
    case 'select':
      return h('select', { ...shared, maxlength: null, value },
        (options.choices ?? []).map(([key, name]) => h('option', { value: key }, name)));
    case 'check':
      return h('input', { ...shared, type: 'checkbox', checked: options.value === true });
    case 'number':
      return h('input', { ...shared, type: 'text', inputmode: 'numeric', value });
    default:
      return h('input', { ...shared, type: options.type ?? 'text', value,
        autocapitalize: options.type === 'email' || options.autocomplete === 'username' ? 'none' : null });
  }
}

/** A labelled control with its help and a place for what is wrong with it. */
export function field(options: FieldOptions, prefix: string): Field {
  const id = `${prefix}-${options.name}`;
  const input = makeInput(options, id) as HTMLInputElement;
  const help = h('p', { class: 'note', id: `${id}-help` }, options.help ?? '');
  const error = h('p', { class: 'error', id: `${id}-error` });
  const required = options.required ? h('span', { class: 'required' }, ` ${t('form.required')}`) : null;
  const element = options.type === 'check'
    ? h('div', { class: 'field' }, h('label', { class: 'check', for: id }, input, h('span', { class: 'name' }, options.label)), help, error)
    : h('div', { class: 'field' }, h('label', { for: id }, options.label, required), help, input, error);
  return {
    options,
    element,
    value: () => (options.type === 'check' ? input.checked : input.value.trim()),
    focus: () => input.focus(),
    fail: (reason) => {
      error.textContent = reason ?? '';
      element.classList.toggle('invalid', reason !== null);
      input.setAttribute('aria-invalid', String(reason !== null));
    },
  };
}

/** Words for an answer that says no, by its status. */
type Refusals = Partial<Record<number, Word>>;

export interface FormOptions {
  /** Those of one kind by their options; others bring themselves. */
  fields: (FieldOptions | Field)[];
  submit: string;
  /** What it does with what was typed; a refusal is shown beside the fields. */
  send(values: Values): Promise<void>;
  /** Words for an answer that says no, where the page knows better ones. */
  refused?: Refusals;
  danger?: boolean;
  /** Beside the button that sends. */
  more?: (Node | null)[];
}

function wrongIn(each: Field, values: Values): string | null {
  if (each.wrong) {
    return each.wrong();
  }
  const value = each.value();
  const wrong = each.options.wrong?.(values);
  if (wrong) {
    return wrong;
  }
  const { type, required, minimum, maximum } = each.options;
  if (value === '') {
    return required ? t('error.required') : null;
  }
  if (type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(value))) {
    return t('error.email');
  }
  if (type === 'number' && !/^-?\d+$/.test(String(value))) {
    return t('error.integer');
  }
  if (type === 'number' && minimum !== undefined && Number(value) < minimum) {
    return t('error.minimum', { minimum });
  }
  if (type === 'number' && maximum !== undefined && Number(value) > maximum) {
    return t('error.maximum', { maximum });
  }
  return null;
}

/** A form that sends by itself, says what is wrong, and loses nothing of what was typed. */
export function form(options: FormOptions): HTMLFormElement {
  const prefix = `form${++forms}`;
  const fields = options.fields.map((each) => ('element' in each ? each : field(each, prefix)));
  const errors = h('div', { class: 'form-errors' });
  const button = h('button', { type: 'submit', class: options.danger ? 'primary danger' : 'primary' }, options.submit);
  let busy = false;

  const show = (general: string[]): void => {
    const wrong = fields.filter((each) => each.element.classList.contains('invalid'));
    if (wrong.length === 0 && general.length === 0) {
      errors.replaceChildren();
      return;
    }
    const summary = h('div', { class: 'summary-errors', role: 'alert', tabindex: '-1' },
      wrong.length > 0 && h('p', null, plural('error.count', wrong.length)),
      general.map((reason) => h('p', null, reason)));
    errors.replaceChildren(summary);
    (wrong[0] ?? summary).focus();
  };
  const failed = (error: unknown): void => {
    const general = problemWords(error, fields, options.refused);
    show(general);
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) {
      return;
    }
    const values = Object.fromEntries(fields.map((each) => [each.options.name, each.value()]));
    fields.forEach((each) => each.fail(wrongIn(each, values)));
    if (fields.some((each) => each.element.classList.contains('invalid'))) {
      show([]);
      return;
    }
    errors.replaceChildren();
    busy = true;
    button.setAttribute('aria-disabled', 'true');
    announce(t('sending'));
    try {
      await options.send(values);
    } catch (error) {
      failed(error);
    } finally {
      busy = false;
      button.removeAttribute('aria-disabled');
    }
  };
  return h('form', { novalidate: true, onsubmit: (event: Event) => void submit(event) },
    errors, fields.map((each) => each.element), h('div', { class: 'row' }, button, options.more ?? []));
}

/** Puts a refusal beside the fields that it is about; what is about none is given back. */
function problemWords(error: unknown, fields: Field[], known: Refusals = {}): string[] {
  const general: string[] = [];
  if (error instanceof RefusedError && !known[error.status]) {
    for (const { pointer, parameter, reason } of error.problem.errors ?? []) {
      const name = (pointer ?? parameter ?? '').split('/').filter(Boolean);
      const target = fields.find(({ options }) =>
        name.includes(options.name) || (options.pointers ?? []).some((each) => name.includes(each)));
      if (target) {
        target.fail(sentence(reason));
      } else {
        general.push(sentence(reason));
      }
    }
    if (general.length > 0 || fields.some((each) => each.element.classList.contains('invalid'))) {
      return general;
    }
  }
  return [errorWords(error, known)];
}

/** What a proxy answers says nothing to a reader. */
const UNSAID: Refusals = { 403: 'failed.forbidden', 404: 'failed.not_found', 429: 'failed.too_many' };

/** A failure in words; `known`: those that the page knows better. */
export function errorWords(error: unknown, known: Refusals = {}): string {
  if (error instanceof NetworkError) {
    return t('failed.network');
  }
  if (error instanceof RefusedError) {
    const word = known[error.status];
    if (word) {
      return t(word);
    }
    // What to do is known better here; of all else the program says why.
    switch (error.status) {
      case 401:
        return t('failed.unauthenticated');
      case 412:
        return t('failed.changed');
      default: {
        const why = error.problem.errors?.[0]?.reason || error.problem.detail;
        return why ? sentence(why) : t(UNSAID[error.status] ?? 'failed.other');
      }
    }
  }
  return t('failed.other');
}

/** A small mark that says a state in words. */
export function mark(state: string): HTMLElement {
  return h('span', { class: 'state', 'data-state': state }, t(`state.${state}` as Word));
}

/** A button that does something once at a time, and says beside it when it failed. */
export function action(name: string, act: () => Promise<void>, props: Record<string, unknown> = {}): HTMLElement {
  const error = h('span', { class: 'error', role: 'status' });
  let busy = false;
  const run = async (): Promise<void> => {
    if (busy) {
      return;
    }
    busy = true;
    error.textContent = '';
    try {
      await act();
    } catch (reason) {
      error.textContent = errorWords(reason);
    } finally {
      busy = false;
    }
  };
  return h('span', { class: 'row' }, h('button', { type: 'button', ...props, onclick: () => void run() }, name), error);
}

/** A list that is read page by page: `next` of the program's links is asked for by a button. */
export async function paged<T>(
  read: (url: string) => Promise<Page<T>>,
  first: string,
  row: (item: T) => HTMLElement,
  empty: string,
): Promise<HTMLElement> {
  const list = h('ul', { class: 'rows' });
  const whole = h('div', null, list);
  const add = async (url: string): Promise<void> => {
    const page = await read(url);
    list.append(...page.items.map(row));
    const next = page.links?.find((each) => each.rel === 'next')?.href;
    whole.replaceChildren(list);
    if (next) {
      const { pathname, search } = new URL(next, location.href);
      const before = list.children.length;
      whole.append(action(t('more'), async () => {
        await add(pathname + search);
        const shown = list.children[before] as HTMLElement | undefined;
        shown?.setAttribute('tabindex', '-1');
        shown?.focus();
      }, { class: 'more' }));
    }
  };
  await add(first);
  if (list.children.length === 0) {
    whole.replaceChildren(h('p', { class: 'note' }, empty));
  }
  return whole;
}

export interface Page<T> {
  items: T[];
  links?: { rel: string; href: string }[];
}
