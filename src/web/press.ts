// SPDX-License-Identifier: AGPL-3.0-or-later
// Is something being pressed now? A browser makes a click of a press only where the same element is under
// it when it is let go: what is drawn anew meanwhile would swallow it, and on a slow phone that is often.

// What ends a press; the window may lose the pointer without a word about it.
const ENDS = ['pointerup', 'pointercancel', 'blur'];

let press: Promise<void> | null = null;

/** Resolves when what is pressed now has been let go and clicked; null: nothing is pressed. */
export function pressed(): Promise<void> | null {
  return press;
}

function begin(event: PointerEvent): void {
  if (event.button !== 0) {
    return; // a menu opens, and nobody hears of the end
  }
  press ??= new Promise((resolve) => {
    const end = (happened: Event): void => {
      if (happened.type === 'blur' && happened.target !== window) {
        return; // the focus moves within the page
      }
      ENDS.forEach((each) => window.removeEventListener(each, end, true));
      // At once for what the click itself asks for, after the click for everything else.
      press = null;
      setTimeout(resolve);
    };
    ENDS.forEach((each) => window.addEventListener(each, end, true));
  });
}

window.addEventListener('pointerdown', begin, true);
