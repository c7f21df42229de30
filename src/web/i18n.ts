// SPDX-License-Identifier: AGPL-3.0-or-later
// Words, numbers and dates in the reader's language: French or English. Each page brings the words
// that it uses (words_….ts), so that nobody waits for those of pages that are not open.

import type account from './locales/account.fr.json';
import type common from './locales/common.fr.json';
import type community from './locales/community.fr.json';
import type conversation from './locales/conversation.fr.json';
import type desk from './locales/desk.fr.json';
import type manage from './locales/manage.fr.json';
import type map from './locales/map.fr.json';
import type profile from './locales/profile.fr.json';
import type { Label, Lang } from './types';
import { recall, remember } from './storage';

export type Word = keyof typeof common | keyof typeof map | keyof typeof community | keyof typeof conversation
  | keyof typeof account | keyof typeof desk | keyof typeof manage | keyof typeof profile;
type Params = Record<string, string | number>;

const words: Record<Lang, Record<string, string>> = { fr: {}, en: {} };
const listeners: (() => void)[] = [];
let current: Lang = choose();

/** Adds the sentences of a part of the client. */
export function addWords(fr: Record<string, string>, en: Record<string, string>): void {
  Object.assign(words.fr, fr);
  Object.assign(words.en, en);
}

/** What the reader chose before; else the first language of the browser that we speak; else French. */
function choose(): Lang {
  const kept = recall('lang');
  if (kept === 'fr' || kept === 'en') {
    return kept;
  }
  for (const tag of navigator.languages) {
    const lang = tag.slice(0, 2).toLowerCase();
    if (lang === 'fr' || lang === 'en') {
      return lang;
    }
  }
  return document.documentElement.lang === 'en' ? 'en' : 'fr';
}

export function lang(): Lang {
  return current;
}

/** The language of the page that this part was loaded into. */
export function useLang(value: Lang): void {
  current = value;
}

export function setLang(value: Lang): void {
  current = value;
  remember('lang', value);
  document.documentElement.lang = value;
  listeners.forEach((listener) => listener());
}

export function onLang(listener: () => void): void {
  listeners.push(listener);
}

function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value;
  });
}

/** A sentence of the page. */
export function t(word: Word, params: Params = {}): string {
  return fill(words[current][word] ?? word, params);
}

/** Words for a key that the program may have made up after this page. */
export function tOr(word: string, fallback: string): string {
  return words[current][word] ?? fallback;
}

/** A sentence that depends on a count: its words are `<base>.one` and `<base>.other`. */
export function plural(base: string, count: number, params: Params = {}): string {
  const rule = new Intl.PluralRules(current).select(count) === 'one' ? 'one' : 'other';
  return t(`${base}.${rule}` as Word, { count, ...params });
}

/** The words of a label in the chosen language. */
export function say(label: Label | undefined, fallback = ''): string {
  return label?.[current] || label?.fr || label?.en || fallback;
}

export function number(value: number): string {
  return new Intl.NumberFormat(current, { maximumFractionDigits: 6 }).format(value);
}

/** A day, or a moment shown as its day; what is no date is shown as it is. */
export function date(text: string): string {
  // "2024-03-12" is a day, not midnight in London: noon keeps it the same day everywhere.
  const value = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T12:00:00` : text);
  if (Number.isNaN(value.getTime())) {
    return text;
  }
  return new Intl.DateTimeFormat(current, { dateStyle: 'long' }).format(value);
}

export function moment(text: string): string {
  const value = new Date(text);
  if (Number.isNaN(value.getTime())) {
    return text;
  }
  return new Intl.DateTimeFormat(current, { dateStyle: 'long', timeStyle: 'short' }).format(value);
}

/** Metres, rounded as people say them. */
export function distance(metres: number): string {
  if (metres < 950) {
    return `${number(Math.round(metres / 10) * 10)} m`;
  }
  return `${number(Math.round(metres / 100) / 10)} km`;
}
