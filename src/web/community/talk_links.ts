// SPDX-License-Identifier: AGPL-3.0-or-later
// What a contribution has to do with others, in words and both ways, also across maps of this server.

import { h } from '../dom';
import { RefusedError } from '../http';
import { say, t, type Word } from '../i18n';
import { announce } from '../live';
import type { Item, ItemPage } from '../types';
import type { Talk } from './talk';
import { action, errorWords, form, paged, type Page } from './ui';

/** One end of a link: `title` only where it has one. */
interface Target {
  map: string;
  collection: string;
  id: string;
  title?: string;
}

interface Link {
  id: string;
  type: string;
  target: Target;
  author?: string | null;
}

// Who may change the contribution links from it; from the other end, who may change the other one.
const FROM_HERE = ['answers', 'part_of', 'same_as', 'continues'];
const FROM_THERE = ['answered_by', 'has_part', 'continued_by'];
const FOUND_OF_EACH = 6;

function phrase(type: string): string {
  return t(`link.${type}` as Word);
}

function mapOf(talk: Talk): string {
  return decodeURIComponent(talk.host.root.split('/').pop() ?? '');
}

function itemUrl({ map, collection, id }: Target): string {
  return `/maps/${encodeURIComponent(map)}/collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}`;
}

function pageUrl(talk: Talk, { map, collection, id }: Target): string {
  const page = map === mapOf(talk) ? '' : `/maps/${encodeURIComponent(map)}`;
  return `${page}#item/${encodeURIComponent(collection)}/${encodeURIComponent(id)}`;
}

/** The contribution that an address leads to: of the page of a map, or of the program; null: to none. */
function targetOf(address: string, origins: string[]): Target | null {
  try {
    const url = new URL(address, origins[0]);
    const path = url.pathname + url.hash.replace(/@.*$/, '');
    const found = /^\/maps\/([^/]+)\/?#(?:item|history|edit|propose)\/([^/]+)\/([^/]+)$/.exec(path)
      ?? /^\/maps\/([^/]+)\/collections\/([^/]+)\/items\/([^/#]+)/.exec(path);
    const [map, collection, id] = (found ?? []).slice(1).map(decodeURIComponent);
    return origins.includes(url.origin) && map && collection && id ? { map, collection, id } : null;
  } catch {
    return null; // cut off, or no address at all
  }
}

function looksLikeAddress(words: string): boolean {
  return /^(https?:\/\/|\/maps\/)/i.test(words);
}

/** Nearest first, what is called like this in any collection of the map. */
async function search(talk: Talk, words: string): Promise<Target[]> {
  const { collections, entry, root } = talk.host;
  const near = entry.place ? { near: entry.place.anchor.map((each) => each.toFixed(5)).join(',') } : {};
  const ask = new URLSearchParams({ f: 'json', q: words, limit: String(FOUND_OF_EACH), properties: 'title', ...near });
  const pages = await Promise.all(collections.map(async ({ id }) => {
    const page = await talk.read<ItemPage>(`${root}/collections/${encodeURIComponent(id)}/items?${ask}`);
    return page.features.map((each) => targetFrom(mapOf(talk), id, each));
  }));
  return pages.flat().filter((each) => each.id !== talk.id);
}

function targetFrom(map: string, collection: string, { id, properties: { title } }: Item): Target {
  return { map, collection, id, ...(title ? { title } : {}) };
}

// Said as if the program had, so that it stands where the form says what is wrong.
const NO_ADDRESS = 0;

/** What is meant by what was typed. */
async function find(talk: Talk, typed: string): Promise<Target[]> {
  if (!looksLikeAddress(typed)) {
    return search(talk, typed);
  }
  const known = talk.host.entry.item.links?.map((each) => new URL(each.href, location.href).origin) ?? [];
  const target = targetOf(typed, [location.origin, ...known]);
  if (!target) {
    throw new RefusedError(NO_ADDRESS, {});
  }
  const item = await talk.read<Item>(`${itemUrl(target)}?f=json`);
  return [targetFrom(target.map, target.collection, item)];
}

/** What tells a contribution from others of the same name: its kind, or the map that it is on. */
function kindOf(talk: Talk, { map, collection }: Target): string {
  const known = map === mapOf(talk) && talk.host.collections.find((each) => each.id === collection);
  return known ? say(known.titles, known.title) : map === mapOf(talk) ? collection : t('link.on_map', { map });
}

function found(talk: Talk, list: Target[], add: (target: Target) => Promise<void>): HTMLElement {
  return h('ul', { class: 'plain' }, list.map((each) => {
    const name = each.title ?? t('mine.untitled');
    return h('li', { 'data-target': each.id },
      h('span', null, name, ' ', h('span', { class: 'note' }, kindOf(talk, each))),
      action(t('link.this'), () => add(each), { 'aria-label': t('link.this_one', { name }) }));
  }));
}

function adding(talk: Talk, types: string[], again: () => Promise<void>): HTMLElement {
  const place = h('div', { role: 'group', 'aria-label': t('link.found') });
  const whole = h('details', null, h('summary', { id: 'add-link' }, t('link.add')), form({
    fields: [
      { name: 'type', label: t('link.how'), type: 'select', value: types[0] ?? '', choices: types.map((each) => [each, phrase(each)]) },
      { name: 'typed', label: t('link.which'), required: true, maximum: 500, help: t('link.which_help') },
    ],
    submit: t('link.search'),
    refused: { [NO_ADDRESS]: 'link.bad_address', 404: 'link.not_there' },
    send: async ({ typed }) => {
      place.replaceChildren();
      const list = await find(talk, String(typed));
      place.replaceChildren(list.length === 0 ? h('p', { class: 'note', tabindex: '-1' }, t('link.none_found')) : found(talk, list, add));
      place.querySelector<HTMLElement>('button, [tabindex]')?.focus();
    },
  }), place);
  const add = async ({ map, collection, id }: Target): Promise<void> => {
    const type = whole.querySelector('select')?.value ?? '';
    await talk.send('POST', '/links', { type, target: { map, collection, id } });
    whole.open = false;
    place.replaceChildren();
    await again();
    announce(t('link.added'));
  };
  return whole;
}

export async function links(talk: Talk): Promise<HTMLElement | ''> {
  const mayHere = talk.mayAsAuthor('link');
  // Whoever writes on this map may be the author of the other end.
  const types = [...(mayHere ? FROM_HERE : []), ...(mayHere || (talk.account && talk.may('change')) ? FROM_THERE : [])];
  const title = h('h3', { tabindex: '-1' }, t('link.title'));
  const place = h('div', { id: 'links' });
  let some = false;

  const row = (link: Link): HTMLElement => {
    const { type, target, author } = link;
    const name = target.title ?? t('mine.untitled');
    const mayRemove = talk.may('link') || (talk.account !== null && author === talk.account) || (mayHere && FROM_HERE.includes(type));
    some = true;
    return h('li', { 'data-link': link.id },
      h('p', null, h('span', { class: 'said-kind' }, phrase(type)), ' ', h('a', { href: pageUrl(talk, target) }, name), ' ',
        h('span', { class: 'note' }, kindOf(talk, target))),
      mayRemove && action(t('talk.remove'), async () => {
        await talk.send('DELETE', `/links/${encodeURIComponent(link.id)}`);
        await again();
        announce(t('link.removed'));
      }, { class: 'link', 'aria-label': t('link.remove_one', { link: phrase(type), name }) }));
  };
  const draw = async (): Promise<void> => {
    some = false;
    place.replaceChildren(await paged<Link>((url) => talk.read<Page<Link>>(url), talk.url('/links?limit=50'), row, t('link.none')));
  };
  const again = async (): Promise<void> => {
    await draw();
    title.focus();
  };

  try {
    await draw();
  } catch (error) {
    // What is not published has none.
    if (error instanceof RefusedError) {
      return '';
    }
    place.replaceChildren(h('p', { class: 'error' }, errorWords(error)), action(t('retry'), again));
    some = true;
  }
  return some || types.length > 0
    ? h('section', { class: 'block', id: 'talk-links' }, title, place, types.length > 0 && adding(talk, types, again)) : '';
}
