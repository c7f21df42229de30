// SPDX-License-Identifier: AGPL-3.0-or-later
// Keeping whoever wrote a contribution from writing more: an account by its name, an anonymous one by
// the device or the address that it came from, which nobody is told.

import { h } from '../dom';
import { moment, t, type Word } from '../i18n';
import { panelFrame, type Panel } from './desk_panels';
import type { Outbox } from './desk_outbox';
import type { Waiting } from './desk_types';
import { form, type FieldOptions, type Values } from './ui';

const REASON_MAX = 500;
const DAY_MS = 24 * 3600 * 1000;
/** How long, in days; 0: without an end. */
const TERMS: Record<string, number> = { day: 1, week: 7, month: 30, ever: 0 };

export interface BlockOptions {
  root: string;
  outbox: Outbox;
  /** May whoever asks keep somebody out of all maps of the server? */
  ofServer: boolean;
  /** What was done, in words. */
  done(said: HTMLElement): void;
}

/** Who it is, in words that say so. */
export function authorOf(item: Waiting): string {
  return item.author ?? t('block.anonymous');
}

function fields(item: Waiting, ofServer: boolean): FieldOptions[] {
  return [
    ...(item.author ? [] : [{ name: 'what', label: t('block.what'), type: 'select' as const, value: 'device',
      choices: ['device', 'address'].map((each) => [each, t(`block.what.${each}` as Word)] as [string, string]), help: t('block.what_help') }]),
    { name: 'ends', label: t('block.ends'), type: 'select', value: 'week',
      choices: Object.keys(TERMS).map((each) => [each, t(`block.ends.${each}` as Word)]) },
    { name: 'reason', label: t('block.reason'), type: 'area', required: true, maximum: REASON_MAX, help: t('block.reason_help') },
    ...(ofServer ? [{ name: 'server', label: t('block.server'), type: 'check' as const }] : []),
  ];
}

export function blockPanel(item: Waiting, options: BlockOptions, close: () => void): Panel {
  const name = authorOf(item);
  // The same end when it is sent again, so that it is known for the same block.
  const since = Date.now();
  const send = async ({ what, ends, reason, server }: Values): Promise<void> => {
    const days = TERMS[String(ends)] ?? 0;
    const end = days > 0 ? new Date(since + days * DAY_MS).toISOString() : null;
    const arrived = await options.outbox.add(t('block.title', { name }), {
      url: `${options.root}/blocks`,
      body: {
        ...(item.author ? { account: item.author } : { contribution: item.id, what }),
        reason, ...(end ? { ends: end } : {}), ...(server ? { server } : {}),
      },
    });
    const said = !arrived ? t('block.waits', { name }) : end ? t('block.done_until', { name, date: moment(end) }) : t('block.done', { name });
    options.done(h('p', { class: 'said', id: 'block-said', tabindex: '-1' }, `${said} `,
      arrived && h('a', { href: '#blocks' }, t('block.see'))));
  };
  return {
    element: panelFrame(t('block.title', { name }), close,
      item.author ? null : h('p', { class: 'note' }, t('block.anonymous_help')),
      form({ fields: fields(item, options.ofServer), submit: t('block.submit'), danger: true, send })),
    key: () => false,
  };
}
