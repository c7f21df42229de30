// SPDX-License-Identifier: AGPL-3.0-or-later
// The value of a field as a person reads it.

import type { Geometry } from 'geojson';
import { h } from './dom';
import { anchorOf, round } from './geometry';
import { date, lang, moment, number, plural, say, t } from './i18n';
import type { FieldSpec } from './schema';
import type { CategoryTree } from './categories';

// UCUM codes that are not what people write.
const UNITS: Record<string, string> = { m2: 'm²', m3: 'm³', Cel: '°C', deg: '°', '1': '' };
const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];

export function unitName(unit: string | undefined): string {
  return unit === undefined ? '' : (UNITS[unit] ?? unit);
}

function dayName(index: number): string {
  // 1 January 2024 was a Monday.
  const day = new Date(2024, 0, 1 + index, 12);
  return new Intl.DateTimeFormat(lang(), { weekday: 'short' }).format(day).replace('.', '');
}

/** OpenStreetMap opening hours with the names of days in the reader's language, one rule a line. */
export function hoursLines(text: string): string[] {
  if (text.trim() === '24/7') {
    return [t('hours.always')];
  }
  return text
    .split(';')
    .map((rule) => rule.trim())
    .filter(Boolean)
    .map((rule) =>
      rule
        .replace(/\b(Mo|Tu|We|Th|Fr|Sa|Su)\b/g, (day) => dayName(DAYS.indexOf(day)))
        .replace(/\bPH\b/g, t('hours.holidays'))
        .replace(/\bSH\b/g, t('hours.school'))
        .replace(/\b(off|closed)\b/g, t('hours.closed'))
        .replace(/(\d{2}:\d{2})\s*-\s*(\d{2}:\d{2})/g, '$1–$2')
        .replace(/,(?=\S)/g, ', '),
    );
}

function external(text: string): HTMLElement | string {
  // Anything but a web address stays text: it was typed by somebody.
  if (!/^https?:\/\/\S+$/i.test(text)) {
    return text;
  }
  const shown = text.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '');
  return h('a', { href: text, rel: 'noopener nofollow ugc', target: '_blank' }, shown);
}

function choiceName(spec: FieldSpec, key: unknown): string {
  const choice = spec.choices.find((each) => each.key === key);
  return choice ? say(choice.label) : String(key);
}

/** A field's value, ready for a page. */
export function show(spec: FieldSpec, value: unknown): (Node | string)[] {
  switch (spec.type) {
    case 'boolean':
      return [value === true || value === 'true' ? t('yes') : t('no')];
    case 'enum':
    case 'status':
      return [choiceName(spec, value)];
    case 'multi_enum':
    case 'categories':
      return [(Array.isArray(value) ? value : [value]).map((key) => choiceName(spec, key)).join(', ')];
    case 'number':
    case 'integer':
      return [`${number(Number(value))} ${unitName(spec.unit)}`.trim()];
    case 'date':
      return [date(String(value))];
    case 'date_time':
      return [moment(String(value))];
    case 'url':
      return [external(String(value))];
    case 'email':
      return [h('a', { href: `mailto:${String(value)}` }, String(value))];
    case 'phone':
      return [h('a', { href: `tel:${String(value).replace(/[^+\d]/g, '')}` }, String(value))];
    case 'opening_hours':
      return hoursLines(String(value)).map((line) => h('span', { class: 'line' }, line));
    case 'text':
      return [h('span', { class: 'lines' }, String(value))];
    default:
      return [external(String(value))];
  }
}

export function source(text: string): HTMLElement | string {
  return external(text);
}

function showGeometry(geometry: Geometry): string {
  const [lon, lat] = round(anchorOf(geometry));
  const place = `${number(lat)} ; ${number(lon)}`;
  if (geometry.type === 'LineString') {
    return plural('history.vertices', geometry.coordinates.length, { place });
  }
  return place;
}

/** A value in the history: of a field of the schema, or of what every contribution has. */
export function showChange(
  name: string,
  spec: FieldSpec | undefined,
  value: unknown,
  tree: CategoryTree,
): (Node | string)[] {
  if (value === undefined || value === null || value === '') {
    return [h('span', { class: 'empty' }, t('history.nothing'))];
  }
  if (name === 'geometry' && typeof value === 'object') {
    return [showGeometry(value as Geometry)];
  }
  if (name === 'categories' && Array.isArray(value)) {
    return [value.map((key) => say(tree.get(String(key))?.label, String(key))).join(', ')];
  }
  if (spec) {
    return show(spec, value);
  }
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value)) {
    return [moment(value)];
  }
  return [typeof value === 'object' ? JSON.stringify(value) : String(value)];
}
