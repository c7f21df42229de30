// SPDX-License-Identifier: AGPL-3.0-or-later
// The trees of themes of a map: who is under whom.

import type { Category } from './types';

export class CategoryTree {
  private readonly byKey = new Map<string, Category>();
  private readonly childrenOf = new Map<string | null, Category[]>();

  constructor(categories: Category[]) {
    for (const each of categories) {
      this.byKey.set(each.key, each);
      const parent = each.parent ?? null;
      const siblings = this.childrenOf.get(parent);
      if (siblings) {
        siblings.push(each);
      } else {
        this.childrenOf.set(parent, [each]);
      }
    }
  }

  get(key: string): Category | undefined {
    return this.byKey.get(key);
  }

  children(key: string | null): Category[] {
    return this.childrenOf.get(key) ?? [];
  }

  /** The keys of a category and of everything under it. */
  subtree(key: string): Set<string> {
    const keys = new Set([key]);
    for (const child of this.children(key)) {
      this.subtree(child.key).forEach((each) => keys.add(each));
    }
    return keys;
  }
}
