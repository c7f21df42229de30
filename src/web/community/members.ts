// SPDX-License-Identifier: AGPL-3.0-or-later
// Who has which role in a map; its admins give and take them.

import '../words_manage';

import { CategoryTree } from '../categories';
import { h } from '../dom';
import { request, send } from '../http';
import { date, say, t, type Word } from '../i18n';
import { tree, type TreeNode } from '../tree';
import { Frame } from './frame';
import { readTerritories, type Territory } from './territories';
import { action, form, paged, type Field, type FieldOptions, type FormOptions, type Page, type Values } from './ui';

interface Member {
  name: string;
  display_name?: string | null;
  role: string;
  categories?: string[];
  territory?: string | null;
  since?: string;
}

const ROLES = ['contributor', 'member', 'moderator', 'admin'] as const;

interface Bounds {
  categories: CategoryTree;
  territories: Territory[];
}

async function readBounds(frame: Frame): Promise<Bounds> {
  return { categories: new CategoryTree(frame.map?.categories ?? []), territories: await readTerritories(frame.root) };
}

let trees = 0;

/** The themes that a moderator looks after: boxes in the tree, open where one is ticked. */
function categoriesField(chosen: string[], categories: CategoryTree): Field {
  const prefix = `categories${++trees}`;
  const ticked = new Set(chosen);
  const open = new Set<string>();
  for (const key of chosen) {
    for (let parent = categories.get(key)?.parent; parent; parent = categories.get(parent)?.parent) {
      open.add(parent);
    }
  }
  const nodes = (key: string | null): TreeNode[] => categories.children(key).map((each) =>
    ({ key: each.key, name: say(each.label, each.key), children: nodes(each.key) }));
  const error = h('p', { class: 'error', id: `${prefix}-error` });
  const box = ({ key, name }: TreeNode): HTMLElement => h('label', { class: 'check' },
    h('input', { type: 'checkbox', value: key, checked: ticked.has(key), 'aria-describedby': `${prefix}-help ${error.id}`,
      onchange: (event: Event) => {
        if ((event.target as HTMLInputElement).checked) {
          ticked.add(key);
        } else {
          ticked.delete(key);
        }
      } }), h('span', { class: 'name' }, name));
  const element = h('fieldset', { class: 'field', 'data-bound': 'categories' },
    h('legend', null, t('members.categories')), h('p', { class: 'note', id: `${prefix}-help` }, t('members.categories_help')),
    tree(nodes(null), { prefix, control: box, open }), error);
  return {
    options: { name: 'categories' },
    element,
    value: () => [...ticked].join(' '),
    wrong: () => null,
    focus: () => element.querySelector('input')?.focus(),
    fail: (reason) => {
      error.textContent = reason ?? '';
      element.classList.toggle('invalid', reason !== null);
    },
  };
}

/** The form of a role: bounds are there for moderators only. */
function roleForm(member: Member | null, bounds: Bounds, options: Omit<FormOptions, 'fields'>, before: FieldOptions[] = []): HTMLElement {
  const { categories, territories } = bounds;
  const element = form({
    ...options,
    fields: [
      ...before,
      { name: 'role', label: t('members.role'), type: 'select', value: member?.role ?? 'member',
        choices: ROLES.map((each) => [each, t(`role.${each}` as Word)]), help: t('members.role_help') },
      ...(categories.children(null).length > 0 ? [categoriesField(member?.categories ?? [], categories)] : []),
      ...(territories.length > 0 ? [{ name: 'territory', label: t('members.territory'), type: 'select' as const,
        value: member?.territory ?? '', help: t('members.bounds'), choices: [['', t('members.everywhere')] as [string, string],
          ...territories.map(({ key, name }): [string, string] => [key, name])] }] : []),
    ],
  });
  const role = element.querySelector<HTMLSelectElement>('select[name="role"]')!;
  const show = (): void => {
    const bound = [element.querySelector<HTMLElement>('[data-bound]'), element.querySelector('select[name="territory"]')?.closest<HTMLElement>('.field')];
    bound.forEach((each) => each?.toggleAttribute('hidden', role.value !== 'moderator'));
  };
  role.addEventListener('change', show);
  show();
  return element;
}

function put(frame: Frame, name: string, { role, categories, territory }: Values): Promise<unknown> {
  const chosen = String(categories ?? '').split(' ').filter(Boolean);
  const bounded = role === 'moderator';
  return send('PUT', `${frame.root}/members/${encodeURIComponent(name)}`, {
    role,
    ...(bounded && chosen.length > 0 ? { categories: chosen } : {}),
    ...(bounded && territory ? { territory } : {}),
  });
}

function row(frame: Frame, member: Member, bounds: Bounds, maySet: boolean): HTMLElement {
  const where = [
    ...(member.categories ?? []).map((key) => say(bounds.categories.get(key)?.label, key)),
    member.territory ? bounds.territories.find(({ key }) => key === member.territory)?.name ?? member.territory : '',
  ].filter(Boolean).join(', ');
  const name = member.display_name || member.name;
  return h('li', { 'data-member': member.name },
    h('h3', null, h('a', { href: `/accounts/${encodeURIComponent(member.name)}` }, name)),
    h('p', { class: 'facts' }, h('span', { class: 'state' }, t(`role.${member.role}` as Word)),
      where && h('span', null, t('members.bounded', { where })), h('span', null, member.name),
      member.since && h('span', null, t('members.since', { date: date(member.since) }))),
    maySet && h('details', null, h('summary', { 'aria-label': t('members.change_one', { name }) }, t('members.change')),
      roleForm(member, bounds, {
        submit: t('save'),
        send: async (values) => {
          await put(frame, member.name, values);
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
      roleForm(null, bounds, {
        submit: t('members.add'),
        refused: { 404: 'members.unknown' },
        send: async (values) => {
          await put(frame, String(values['name']), values);
          await frame.show(true);
        },
      }, [{ name: 'name', label: t('members.name'), required: true, help: t('members.name_help') }]))] : []),
  ];
}

void new Frame('members.title', render, true).start();
