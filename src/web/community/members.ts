// SPDX-License-Identifier: AGPL-3.0-or-later
// Who has which role in a map; its admins give and take them.

import '../words_manage';

import { h } from '../dom';
import { request, send } from '../http';
import { date, say, t, type Word } from '../i18n';
import type { Category } from '../types';
import { Frame } from './frame';
import { action, form, paged, type FieldOptions, type Page, type Values } from './ui';

interface Member {
  name: string;
  display_name?: string | null;
  role: string;
  categories?: string[];
  territory?: string | null;
  since?: string;
}

interface Territories {
  features: { id?: string | number; properties: { key?: string; name?: string; title?: string } | null }[];
}

const ROLES = ['contributor', 'member', 'moderator', 'admin'] as const;

interface Bounds {
  categories: Category[];
  territories: [key: string, name: string][];
}

async function readBounds(frame: Frame): Promise<Bounds> {
  const { features } = await request<Territories>(`${frame.root}/territories?f=json`).catch((): Territories => ({ features: [] }));
  return {
    categories: frame.map?.categories ?? [],
    territories: features.map(({ id, properties }): [string, string] => {
      const key = String(properties?.key ?? id ?? '');
      return [key, String(properties?.name ?? properties?.title ?? key)];
    }).filter(([key]) => key !== ''),
  };
}

function roleFields(member: Member | null, bounds: Bounds): FieldOptions[] {
  return [
    { name: 'role', label: t('members.role'), type: 'select', value: member?.role ?? 'member',
      choices: ROLES.map((each) => [each, t(`role.${each}` as Word)]), help: t('members.role_help') },
    ...(bounds.categories.length > 0 ? [{ name: 'category', label: t('members.category'), type: 'select' as const, pointers: ['categories'],
      value: member?.categories?.[0] ?? '', help: t('members.bounds_help'),
      choices: [['', t('members.everything')] as [string, string],
        ...bounds.categories.map((each): [string, string] => [each.key, say(each.label, each.key)])] }] : []),
    ...(bounds.territories.length > 0 ? [{ name: 'territory', label: t('members.territory'), type: 'select' as const,
      value: member?.territory ?? '', choices: [['', t('members.everywhere')] as [string, string], ...bounds.territories] }] : []),
  ];
}

function put(frame: Frame, name: string, member: Member | null, values: Values): Promise<unknown> {
  const { role, category, territory } = values;
  // More than one category was given by another client: it stays unless somebody chose here.
  const kept = member?.categories && member.categories[0] === category ? member.categories : null;
  const bounded = role === 'moderator';
  return send('PUT', `${frame.root}/members/${encodeURIComponent(name)}`, {
    role,
    ...(bounded && category ? { categories: kept ?? [category] } : {}),
    ...(bounded && territory ? { territory } : {}),
  });
}

function row(frame: Frame, member: Member, bounds: Bounds, maySet: boolean): HTMLElement {
  const where = [
    ...(member.categories ?? []).map((key) => say(bounds.categories.find((each) => each.key === key)?.label, key)),
    member.territory ? bounds.territories.find(([key]) => key === member.territory)?.[1] ?? member.territory : '',
  ].filter(Boolean).join(', ');
  const name = member.display_name || member.name;
  return h('li', { 'data-member': member.name },
    h('h3', null, h('a', { href: `/accounts/${encodeURIComponent(member.name)}` }, name)),
    h('p', { class: 'facts' }, h('span', { class: 'state' }, t(`role.${member.role}` as Word)),
      where && h('span', null, t('members.bounded', { where })), h('span', null, member.name),
      member.since && h('span', null, t('members.since', { date: date(member.since) }))),
    maySet && h('details', null, h('summary', { 'aria-label': t('members.change_one', { name }) }, t('members.change')),
      form({
        fields: roleFields(member, bounds),
        submit: t('save'),
        send: async (values) => {
          await put(frame, member.name, member, values);
          await frame.show(true);
        },
      }),
      action(t('members.remove'), async () => {
        await send('DELETE', `${frame.root}/members/${encodeURIComponent(member.name)}`);
        await frame.show(true);
      }, { class: 'danger', 'aria-label': t('members.remove_one', { name }) })));
}

async function render(frame: Frame): Promise<HTMLElement[]> {
  const [me, bounds] = await Promise.all([request<{ rights: string[] }>(`${frame.root}/me`), readBounds(frame)]);
  const maySet = me.rights.includes('set_members');
  return [
    h('section', { class: 'card', id: 'members' },
      h('h2', null, t('members.list')),
      await paged<Member>((url) => request<Page<Member>>(url), `${frame.root}/members?f=json&limit=100`,
        (each) => row(frame, each, bounds, maySet), t('members.none'))),
    ...(maySet ? [h('section', { class: 'card', id: 'add-member' },
      h('h2', null, t('members.add')),
      form({
        fields: [{ name: 'name', label: t('members.name'), required: true, help: t('members.name_help') }, ...roleFields(null, bounds)],
        submit: t('members.add'),
        refused: { 404: 'members.unknown' },
        send: async (values) => {
          await put(frame, String(values['name']), null, values);
          await frame.show(true);
        },
      }))] : []),
  ];
}

void new Frame('members.title', render, true).start();
