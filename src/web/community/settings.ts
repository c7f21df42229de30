// SPDX-License-Identifier: AGPL-3.0-or-later
// The settings of a map: what its community has agreed on, in words, for its admins.

import '../words_manage';

import { h } from '../dom';
import { RefusedError, request, send } from '../http';
import { date, t, type Word } from '../i18n';
import type { Lang } from '../types';
import { Frame } from './frame';
import { action, form, type FieldOptions, type Values } from './ui';

type Settings = Record<string, string | number | boolean | string[] | null>;

interface Charter {
  version: number;
  text: Record<Lang, string>;
  created: string;
}

type Kind = 'line' | 'prose' | 'flag' | 'number' | 'list' | readonly string[];

// In the order in which one thinks about a map, not of the alphabet.
const GROUPS: [title: string, keys: [key: string, kind: Kind][]][] = [
  ['words', [['title_fr', 'line'], ['title_en', 'line'], ['description_fr', 'prose'], ['description_en', 'prose'], ['attribution', 'line']]],
  ['writing', [['policy', ['participatory', 'contributory', 'administered']], ['account_needed', 'flag'], ['edits', ['direct', 'proposal']]]],
  ['moderation', [['moderation', ['post', 'trust', 'pre']], ['trust_count', 'number'], ['report_threshold', 'number'],
    ['pending_days', 'number'], ['outside', ['accept', 'flag', 'refuse']]]],
  ['reading', [['reading', ['public', 'members']], ['location_grid_m', 'number']]],
  ['licences', [['licence', 'line'], ['licences', 'list']]],
  ['keeping', [['secret_days', 'number'], ['contact_days', 'number'], ['trace_days', 'number'], ['report_days', 'number']]],
];

function option(settings: Settings, key: string, kind: Kind): FieldOptions {
  const value = settings[key];
  const shared = { name: key, label: t(`set.${key}` as Word) };
  if (typeof kind !== 'string') {
    return { ...shared, type: 'select', value: String(value ?? ''), choices: kind.map((each) => [each, t(`set.${key}.${each}` as Word)]) };
  }
  switch (kind) {
    case 'flag':
      return { ...shared, type: 'check', value: value === true };
    case 'number':
      return { ...shared, type: 'number', value: Number(value ?? 0), required: true, help: t(`set.${key}.help` as Word) };
    case 'prose':
      return { ...shared, type: 'area', value: String(value ?? '') };
    case 'list':
      return { ...shared, type: 'area', value: Array.isArray(value) ? value.join('\n') : '', help: t(`set.${key}.help` as Word) };
    default:
      return { ...shared, value: String(value ?? ''), required: key !== 'attribution' };
  }
}

/** What was typed, as the program has it. */
function typed(kind: Kind, value: string | boolean): Settings[string] {
  switch (kind) {
    case 'number':
      return Number(value);
    case 'list': {
      const lines = String(value).split('\n').map((line) => line.trim()).filter(Boolean);
      return lines;
    }
    default:
      return value;
  }
}

function changes(settings: Settings, keys: [string, Kind][], values: Values): Settings {
  const patch: Settings = {};
  for (const [key, kind] of keys) {
    const now = typed(kind, values[key] ?? '');
    const before = settings[key] ?? (kind === 'list' ? [] : '');
    if (JSON.stringify(now) !== JSON.stringify(before)) {
      patch[key] = Array.isArray(now) && now.length === 0 ? null : now;
    }
  }
  return patch;
}

/** One version as it was published, read when it is opened. */
function charterVersion(frame: Frame, version: number): HTMLElement {
  const text = h('div', { class: 'charter-text' });
  const read = async (): Promise<void> => {
    const { text: words, created } = await request<Charter>(`${frame.root}/charter?version=${version}`);
    text.replaceChildren(h('p', { class: 'note' }, t('settings.charter_since', { date: date(created) })),
      ...(['fr', 'en'] as const).map((lang) => h('div', { lang, class: 'lines' }, words[lang])));
  };
  return h('details', { 'data-version': version, ontoggle: (event: Event) => {
    if ((event.target as HTMLDetailsElement).open && text.childElementCount === 0) {
      text.replaceChildren(h('p', { class: 'note' }, t('loading')));
      // What did not arrive is asked for again.
      read().catch(() => text.replaceChildren(h('p', { class: 'error' }, t('failed.network')), action(t('retry'), read)));
    }
  } }, h('summary', null, t('settings.charter_of', { version })), text);
}

async function charter(frame: Frame, done: boolean): Promise<HTMLElement> {
  let now: Charter | null = null;
  try {
    now = await request<Charter>(`${frame.root}/charter`);
  } catch (error) {
    if (!(error instanceof RefusedError && error.status === 404)) {
      throw error;
    }
  }
  const card = h('section', { class: 'card', id: 'group-charter' },
    h('h2', null, t('settings.charter')),
    done && h('p', { class: 'said', role: 'status' }, t('settings.saved')),
    h('p', { class: 'note' }, now ? t('settings.charter_version', { version: now.version }) : t('settings.charter_none')),
    form({
      fields: [
        { name: 'fr', label: t('settings.charter_fr'), type: 'area', required: true, value: now?.text.fr ?? '', pointers: ['text_fr'] },
        { name: 'en', label: t('settings.charter_en'), type: 'area', required: true, value: now?.text.en ?? '', pointers: ['text_en'] },
      ],
      submit: t('settings.charter_publish'),
      send: async ({ fr, en }) => {
        if (fr === now?.text.fr && en === now?.text.en) {
          frame.say(t('settings.charter_same'));
          return;
        }
        await send('POST', `${frame.root}/charter`, { text: { fr, en } });
        // What was typed in other cards stays.
        card.replaceWith(await charter(frame, true));
        frame.say(t('settings.saved'));
      },
    }),
    now && h('div', null, h('h3', null, t('settings.charter_versions')),
      Array.from({ length: now.version }, (_, i) => charterVersion(frame, now.version - i))));
  return card;
}

async function render(frame: Frame): Promise<HTMLElement[]> {
  const settings = await request<Settings>(`${frame.root}/settings?f=json`);
  const cards = GROUPS.map(([title, all]) => {
    const keys = all.filter(([key]) => key in settings);
    const said = h('p', { class: 'said', role: 'status' });
    return h('section', { class: 'card', id: `group-${title}`, oninput: () => said.replaceChildren() },
      h('h2', null, t(`settings.${title}` as Word)),
      said,
      form({
        fields: keys.map(([key, kind]) => option(settings, key, kind)),
        submit: t('save'),
        send: async (values) => {
          const patch = changes(settings, keys, values);
          if (Object.keys(patch).length > 0) {
            const { body } = await send<Settings>('PATCH', `${frame.root}/settings`, patch, { 'Content-Type': 'application/merge-patch+json' });
            Object.assign(settings, body);
          }
          // Only here: what was typed in other cards stays.
          said.textContent = t('settings.saved');
          if (title === 'words') {
            await frame.retitle();
          }
        },
      }));
  });
  return [
    h('p', null, h('a', { href: `${frame.root}/members` }, t('settings.to_members')), ' · ',
      h('a', { href: `${frame.root}/desk` }, t('settings.to_desk'))),
    ...cards,
    await charter(frame, false),
  ];
}

void new Frame('settings.title', render, true).start();
