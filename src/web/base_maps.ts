// SPDX-License-Identifier: AGPL-3.0-or-later
// Which base map is drawn under the contributions. "None" saves data on a poor network; it and a
// base map that does not answer show the territories instead.

import { h } from './dom';
import { say, t } from './i18n';
import { isFrugal } from './network';
import { recall, remember } from './storage';
import type { BaseMap } from './types';

const NONE = 'none';

export class BaseMaps {
  chosen: BaseMap | null;

  constructor(
    private readonly all: BaseMap[],
    private readonly changed: (base: BaseMap | null) => void,
  ) {
    const kept = recall('base');
    const known = all.find((each) => each.url === kept);
    const first = isFrugal() ? null : (all[0] ?? null);
    this.chosen = kept === NONE ? null : (known ?? first);
  }

  private choose(base: BaseMap | null): void {
    this.chosen = base;
    remember('base', base ? base.url : NONE);
    this.changed(base);
  }

  render(): HTMLElement | null {
    if (this.all.length === 0) {
      return null;
    }
    return h(
      'fieldset',
      { class: 'block titled' },
      h('legend', null, t('base.title')),
      [...this.all, null].map((base, index) =>
        h(
          'label',
          { class: 'check' },
          h('input', {
            type: 'radio',
            name: 'base',
            id: `base-${index}`,
            checked: base === this.chosen,
            onchange: () => this.choose(base),
          }),
          base ? say(base.name) : t('base.none'),
        ),
      ),
    );
  }
}
