// SPDX-License-Identifier: AGPL-3.0-or-later
// Two people changed the same: both versions of it, to be chosen field by field.

import type { CategoryTree } from './categories';
import { h } from './dom';
import { fieldName } from './history';
import { t } from './i18n';
import type { Schema } from './schema';
import type { Conflict } from './types';
import { showChange } from './values';

/** What was typed here is chosen at first; `choose` is told of every other choice. */
export function conflictChoices(
  conflicts: Conflict[],
  schema: Schema | null,
  tree: CategoryTree,
  choose: (conflict: Conflict, theirs: boolean) => void,
): HTMLElement[] {
  return conflicts.map((conflict) => {
    const { field, yours, current } = conflict;
    const spec = schema?.fields.find((each) => each.key === field);
    const side = (theirs: boolean): HTMLElement => h('label', { class: 'check' },
      h('input', { type: 'radio', name: `conflict-${field}`, value: theirs ? 'theirs' : 'mine', checked: !theirs,
        onchange: () => choose(conflict, theirs) }),
      h('span', { class: 'name lines' }, t(theirs ? 'edit.theirs' : 'edit.mine'), ' ', ...showChange(field, spec, theirs ? current : yours, tree)));
    return h('fieldset', { 'data-conflict': field }, h('legend', null, fieldName(field, schema)), side(false), side(true));
  });
}
