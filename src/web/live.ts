// SPDX-License-Identifier: AGPL-3.0-or-later
// Says aloud, through a screen reader, what a person who sees would notice by looking.

import { byId } from './dom';

let timer: ReturnType<typeof setTimeout> | undefined;

/** The last of several quick messages is the one that is heard. */
export function announce(message: string, delayMs = 150): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    byId('live').textContent = message;
  }, delayMs);
}
