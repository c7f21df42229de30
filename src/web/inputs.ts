// SPDX-License-Identifier: AGPL-3.0-or-later
// One control for each type of field, what it holds, and what is wrong with it before it is sent.

import { h } from './dom';
import { number, say, t } from './i18n';
import type { Value } from './drafts';
import type { FieldSpec } from './schema';
import { tree, type TreeNode } from './tree';
import { unitName } from './values';

export interface Control {
  spec: FieldSpec;
  element: HTMLElement;
  /** What gets the focus when something is wrong. */
  focus(): void;
  fail(reason: string | null): void;
}

type Change = (value: Value) => void;

const TYPES: Record<string, Record<string, string>> = {
  url: { type: 'url', inputmode: 'url', autocomplete: 'off', placeholder: 'https://' },
  email: { type: 'email', inputmode: 'email', autocomplete: 'email' },
  phone: { type: 'tel', inputmode: 'tel', autocomplete: 'tel' },
  date: { type: 'date' },
  // Not type=number: it hides what was typed when it is not a number, and takes the wheel's turns.
  number: { type: 'text', inputmode: 'decimal', autocomplete: 'off' },
  integer: { type: 'text', inputmode: 'numeric', autocomplete: 'off' },
  opening_hours: { type: 'text', autocomplete: 'off', placeholder: 'Mo-Fr 09:00-18:00; Sa 10:00-12:00' },
};

function idOf(spec: FieldSpec): string {
  return `field-${spec.key}`;
}

function described(spec: FieldSpec): Record<string, unknown> {
  return {
    id: idOf(spec),
    name: spec.key,
    'aria-describedby': `${idOf(spec)}-help ${idOf(spec)}-error`,
    'aria-required': spec.required ? 'true' : null,
  };
}

function textControl(spec: FieldSpec, value: Value | undefined, change: Change): HTMLElement {
  const oninput = (event: Event): void => change((event.target as HTMLInputElement).value);
  const shared = { ...described(spec), maxlength: spec.maxLength, value: String(value ?? ''), oninput };
  if (spec.type === 'text') {
    return h('textarea', { ...shared, rows: 3 });
  }
  return h('input', { autocomplete: 'off', ...(TYPES[spec.type] ?? { type: 'text' }), ...shared });
}

/** The browser's control has the local time without offset; what is kept is the moment. */
function momentControl(spec: FieldSpec, value: Value | undefined, change: Change): HTMLElement {
  const known = new Date(String(value ?? ''));
  const local = Number.isNaN(known.getTime())
    ? ''
    : new Date(known.getTime() - known.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  const oninput = (event: Event): void => {
    const typed = new Date((event.target as HTMLInputElement).value);
    change(Number.isNaN(typed.getTime()) ? '' : typed.toISOString());
  };
  return h('input', { ...described(spec), type: 'datetime-local', value: local, oninput });
}

function selectControl(spec: FieldSpec, value: Value | undefined, change: Change): HTMLElement {
  return h(
    'select',
    {
      ...described(spec),
      value: String(value ?? spec.initial ?? ''),
      onchange: (event: Event) => change((event.target as HTMLSelectElement).value),
    },
    spec.initial === undefined && h('option', { value: '' }, t('form.choose')),
    spec.choices.map((each) => h('option', { value: each.key }, say(each.label, each.key))),
  );
}

function radios(spec: FieldSpec, value: Value | undefined, change: Change): HTMLElement[] {
  const options: [string, Value, string][] = [
    ['', '', t('form.unknown')],
    ['true', true, t('yes')],
    ['false', false, t('no')],
  ];
  return options.map(([key, meaning, name]) =>
    h('label', { class: 'check' },
      h('input', {
        type: 'radio', name: spec.key, id: `${idOf(spec)}-${key}`, value: key,
        checked: (value ?? '') === meaning, onchange: () => change(meaning),
      }),
      name),
  );
}

/** Check boxes of a multi-enum, or of categories with the ones below indented. */
function checks(spec: FieldSpec, value: Value | undefined, change: Change): HTMLElement {
  const chosen = new Set(Array.isArray(value) ? value : []);
  const pick = (key: string, on: boolean): void => {
    if (on) {
      chosen.add(key);
    } else {
      chosen.delete(key);
    }
    change(spec.choices.map((each) => each.key).filter((each) => chosen.has(each)));
  };
  const one = (each: TreeNode): HTMLElement =>
    h('label', { class: 'check' },
      h('input', {
        type: 'checkbox', name: spec.key, id: `${idOf(spec)}-${each.key}`, value: each.key,
        checked: chosen.has(each.key),
        onchange: (event: Event) => pick(each.key, (event.target as HTMLInputElement).checked),
      }),
      h('span', { class: 'name' }, each.name));
  const nodes = (parent: string | null): TreeNode[] =>
    spec.choices
      .filter((each) => each.parent === parent)
      .map((each) => ({ key: each.key, name: say(each.label, each.key), children: nodes(each.key) }));
  // What is chosen already must be seen.
  const open = new Set<string>();
  for (const key of chosen) {
    let above = spec.choices.find((each) => each.key === key)?.parent;
    while (above) {
      open.add(above);
      above = spec.choices.find((each) => each.key === above)?.parent;
    }
  }
  return tree(nodes(null), { prefix: idOf(spec), control: one, open });
}

function isGroup(spec: FieldSpec): boolean {
  return spec.type === 'boolean' || spec.type === 'multi_enum' || spec.type === 'categories';
}

function labelText(spec: FieldSpec): (Node | string | null)[] {
  const unit = unitName(spec.unit);
  return [
    say(spec.label, spec.key) + (unit ? ` (${unit})` : ''),
    spec.required ? h('span', { class: 'required' }, ` ${t('form.required')}`) : null,
  ];
}

function helpText(spec: FieldSpec): string {
  const parts = [say(spec.help)];
  if (spec.minimum !== undefined && spec.maximum !== undefined) {
    parts.push(t('form.between', { minimum: number(spec.minimum), maximum: number(spec.maximum) }));
  }
  if (spec.type === 'opening_hours') {
    parts.push(t('form.hours_help'));
  }
  return parts.filter(Boolean).join(' ');
}

export function control(spec: FieldSpec, value: Value | undefined, change: Change): Control {
  const help = h('p', { class: 'note', id: `${idOf(spec)}-help` }, helpText(spec));
  const error = h('p', { class: 'error', id: `${idOf(spec)}-error` });
  const element = isGroup(spec)
    ? h('fieldset', { class: 'field', 'data-field': spec.key, 'aria-describedby': `${help.id} ${error.id}` },
        h('legend', null, ...labelText(spec)), help,
        spec.type === 'boolean' ? radios(spec, value, change) : checks(spec, value, change), error)
    : h('div', { class: 'field', 'data-field': spec.key },
        h('label', { for: idOf(spec) }, ...labelText(spec)), help,
        spec.type === 'enum' || spec.type === 'status'
          ? selectControl(spec, value, change)
          : spec.type === 'date_time'
            ? momentControl(spec, value, change)
            : textControl(spec, value, change),
        error);
  const inputs = (): HTMLElement[] => [...element.querySelectorAll<HTMLElement>('input, select, textarea')];
  return {
    spec,
    element,
    focus: () => inputs()[0]?.focus(),
    fail: (reason) => {
      error.textContent = reason ?? '';
      element.classList.toggle('invalid', reason !== null);
      inputs().forEach((each) => each.setAttribute('aria-invalid', String(reason !== null)));
    },
  };
}

/** A number as people type it: "1 234,5". */
function parseNumber(text: string): number {
  const cleaned = text.replace(/\s/g, '').replace(',', '.');
  return cleaned === '' ? NaN : Number(cleaned);
}

function outOfBounds(spec: FieldSpec, value: number): string | null {
  if (spec.minimum !== undefined && value < spec.minimum) {
    return t('error.minimum', { minimum: number(spec.minimum) });
  }
  if (spec.maximum !== undefined && value > spec.maximum) {
    return t('error.maximum', { maximum: number(spec.maximum) });
  }
  return null;
}

export function isBlank(value: Value | undefined): boolean {
  return value === undefined || (typeof value === 'string' ? value.trim() === '' : Array.isArray(value) && value.length === 0);
}

/** What is wrong with a value, in words, or null. The program checks everything again. */
export function check(spec: FieldSpec, value: Value | undefined): string | null {
  if (isBlank(value)) {
    return spec.required ? t('error.required') : null;
  }
  const text = String(value).trim();
  switch (spec.type) {
    case 'number':
    case 'integer': {
      const parsed = parseNumber(text);
      if (!Number.isFinite(parsed)) {
        return t('error.number');
      }
      if (spec.type === 'integer' && !Number.isInteger(parsed)) {
        return t('error.integer');
      }
      return outOfBounds(spec, parsed);
    }
    case 'url':
      return /^(https?:\/\/)?[^\s/]+\.[^\s]+$/i.test(text) ? null : t('error.url');
    case 'email':
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? null : t('error.email');
    default:
      // Characters as people count them, not as JavaScript does.
      return spec.maxLength !== undefined && [...text].length > spec.maxLength
        ? t('error.length', { maximum: spec.maxLength })
        : null;
  }
}

/** The value as it is sent; undefined for one that was left blank. */
export function toSend(spec: FieldSpec, value: Value | undefined): unknown {
  if (isBlank(value)) {
    return undefined;
  }
  if (typeof value !== 'string') {
    return value;
  }
  const text = value.trim();
  if (spec.type === 'number' || spec.type === 'integer') {
    return parseNumber(text);
  }
  if (spec.type === 'url' && !/^https?:\/\//i.test(text)) {
    return `https://${text}`;
  }
  return text;
}
