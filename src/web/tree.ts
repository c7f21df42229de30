// SPDX-License-Identifier: AGPL-3.0-or-later
// A tree of choices, each level folded until it is asked for: a town's associations have more than
// a hundred themes.

import { h } from './dom';
import { t } from './i18n';

export interface TreeNode {
  key: string;
  name: string;
  children: TreeNode[];
}

export interface TreeOptions {
  /** Makes ids of this tree different from those of another one in the page. */
  prefix: string;
  /** The radio button or check box of a node, with its label. */
  control(node: TreeNode): HTMLElement;
  /** Keys of the nodes that are open; changed when one is opened or closed. */
  open: Set<string>;
  opened?(node: TreeNode): void;
}

function branch(node: TreeNode, options: TreeOptions): HTMLElement {
  if (node.children.length === 0) {
    return h('li', null, options.control(node));
  }
  const below = tree(node.children, options);
  below.hidden = !options.open.has(node.key);
  const button = h('button', {
    type: 'button',
    class: 'expand',
    id: `${options.prefix}-expand-${node.key}`,
    'aria-expanded': String(!below.hidden),
    'aria-label': t('filter.expand', { name: node.name }),
    onclick: () => {
      below.hidden = !below.hidden;
      button.setAttribute('aria-expanded', String(!below.hidden));
      if (below.hidden) {
        options.open.delete(node.key);
      } else {
        options.open.add(node.key);
        options.opened?.(node);
      }
    },
  });
  return h('li', null, h('div', { class: 'node' }, options.control(node), button), below);
}

export function tree(nodes: TreeNode[], options: TreeOptions): HTMLElement {
  return h('ul', { class: 'plain tree' }, nodes.map((node) => branch(node, options)));
}
