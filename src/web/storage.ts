// SPDX-License-Identifier: AGPL-3.0-or-later
// What the page keeps on the device. Private browsing and full storage may refuse: then the page
// works without memory.

const PREFIX = 'jalon.';

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** False when the device would not keep it: what must not be lost has to be told to the person. */
export function remember(name: string, value: string | null): boolean {
  try {
    if (value === null) {
      localStorage.removeItem(PREFIX + name);
    } else {
      localStorage.setItem(PREFIX + name, value);
    }
    return true;
  } catch {
    return false;
  }
}

export function recallJson<T>(name: string): T | null {
  const text = recall(name);
  if (text === null) {
    return null;
  }
  try {
    return JSON.parse(text) as T;
  } catch {
    return null; // written by something else: as good as nothing
  }
}

export function rememberJson(name: string, value: unknown): boolean {
  return remember(name, JSON.stringify(value));
}
