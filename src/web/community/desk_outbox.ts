// SPDX-License-Identifier: AGPL-3.0-or-later
// Decisions on their way to the program. The newest one is held back for a moment, so that it can be
// undone as if it had never been; the others leave one after the other, and again when the network
// did not carry them. What has not arrived is kept on the device.

import { h } from '../dom';
import { local, NetworkError, RefusedError, request, send } from '../http';
import { plural, t } from '../i18n';
import { recallJson, remember, rememberJson } from '../storage';
import type { Page } from './ui';

/** Something that is added to a list: a block, a closed zone. */
export interface Addition {
  /** Of the list. */
  url: string;
  body: Record<string, unknown>;
}

export interface Decision {
  ids: string[];
  /** What it is called for a person: the title of the contribution, or how many they are. */
  title: string;
  decision: string;
  reason?: string;
  into?: string;
  /** The versions that were looked at: what has become another one meanwhile is not decided about unseen. */
  versions?: number[];
  /** Not about contributions, but this. */
  adds?: Addition;
}

export interface OutboxEvents {
  changed(): void;
  /** The program said no to these. */
  refused(decision: Decision, failures: Map<string, unknown>): void;
  /** The program said no to an addition that had to wait. */
  notAdded(decision: Decision, error: unknown): void;
  /** An addition that had to wait is in its list now. */
  added(): void;
}

interface BulkAnswer {
  items: { id: string; status: number; detail?: string }[];
}

const HELD_MS = 6000;
const AGAIN_MS = [1000, 2000, 5000, 10000, 30000];
const NOTHING = (): void => undefined;

/** Is it worth trying again? */
function isPassing(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof RefusedError && (error.status === 429 || error.status >= 500));
}

/** Did it arrive, and only the answer was lost? What cannot be told apart from another one is added again. */
async function isThere({ url, body }: Addition): Promise<boolean> {
  const same = (each: Record<string, unknown>): boolean =>
    ['account', 'what', 'reason'].every((key) => body[key] === undefined || each[key] === body[key])
    && (Date.parse(String(each['ends'])) || 0) === (Date.parse(String(body['ends'])) || 0);
  if (body['account'] === undefined && body['ends'] === undefined) {
    return false;
  }
  for (let next: string | undefined = url; next !== undefined;) {
    const page: Page<Record<string, unknown>> = await request(next);
    if (page.items.some(same)) {
      return true;
    }
    next = local(page.links?.find((each) => each.rel === 'next')?.href);
  }
  return false;
}

let one: Outbox | null = null;

/** One for the page: what is on its way stays so when the page is drawn anew. */
export function outboxOf(root: string): Outbox {
  one ??= new Outbox(root);
  return one;
}

export class Outbox {
  /** Decisions that arrived while this page was open. */
  arrived = 0;
  /** Is the network refusing to carry them? */
  stuck = false;
  private readonly waiting: Decision[];
  private held: Decision | null = null;
  private holding: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private wake: (() => void) | null = null;
  events: OutboxEvents = { changed: NOTHING, refused: NOTHING, notAdded: NOTHING, added: NOTHING };

  constructor(private readonly root: string) {
    this.waiting = recallJson<Decision[]>(this.key()) ?? [];
    // Who leaves means what was decided.
    addEventListener('pagehide', () => this.release(true));
    addEventListener('online', () => this.wake?.());
    if (this.waiting.length > 0) {
      void this.run();
    }
  }

  get size(): number {
    return this.waiting.length + (this.held ? 1 : 0);
  }

  push(decision: Decision): void {
    this.release(false);
    this.held = decision;
    this.holding = setTimeout(() => this.release(false), HELD_MS);
    this.keep();
    this.events.changed();
  }

  /** Takes the newest decision back; null when it has left already. */
  undo(): Decision | null {
    const { held } = this;
    if (held) {
      clearTimeout(this.holding);
      this.held = null;
      this.keep();
      this.events.changed();
    }
    return held;
  }

  retry(): void {
    this.wake?.();
  }

  /** Adds something now; without a network it waits here. False: it waits. Rejects when the program says no. */
  async add(title: string, adds: Addition): Promise<boolean> {
    try {
      await send('POST', adds.url, adds.body);
    } catch (error) {
      if (!isPassing(error)) {
        throw error;
      }
      this.waiting.push({ ids: [], title, decision: 'add', adds });
      this.keep();
      void this.run();
      this.events.changed();
      return false;
    }
    return true;
  }

  private release(leaving: boolean): void {
    if (this.held) {
      clearTimeout(this.holding);
      this.waiting.push(this.held);
      this.held = null;
      this.keep();
    }
    if (this.waiting.length > 0) {
      void (leaving && !this.running ? this.deliver(this.waiting[0]!, true) : this.run());
    }
  }

  private key(): string {
    return `desk:${this.root}`;
  }

  private keep(): void {
    const all = this.held ? [...this.waiting, this.held] : this.waiting;
    if (all.length === 0) {
      remember(this.key(), null);
    } else {
      rememberJson(this.key(), all);
    }
  }

  private async run(): Promise<void> {
    if (this.running) {
      return;
    }
    this.running = true;
    let failures = 0;
    while (this.waiting.length > 0) {
      const next = this.waiting[0]!;
      try {
        await this.deliver(next, false);
        failures = 0;
        this.stuck = false;
      } catch {
        this.stuck = true;
        this.events.changed();
        await this.pause(AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]!);
        failures += 1;
        continue;
      }
      this.waiting.shift();
      this.keep();
      this.events.changed();
    }
    this.running = false;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Rejects when it is worth trying again. */
  private async deliver(decision: Decision, leaving: boolean): Promise<void> {
    if (decision.adds) {
      return leaving ? undefined : this.deliverAddition(decision, decision.adds);
    }
    const { ids, decision: what, reason, into, versions } = decision;
    const body = { decision: what, ...(reason ? { reason } : {}), ...(into ? { into } : {}) };
    const many = { ids, ...body, ...(versions ? { versions } : {}) };
    const [id] = ids;
    const [version] = versions ?? [];
    try {
      if (leaving) {
        await fetch(`${this.root}/moderation`, { method: 'POST', keepalive: true,
          headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(many) });
        return;
      }
      if (ids.length === 1) {
        await send('POST', `${this.root}/moderation/${id}`, { ...body, ...(version ? { version } : {}) });
        this.arrived += 1;
        return;
      }
      const answer = await send<BulkAnswer>('POST', `${this.root}/moderation`, many);
      const failed = answer.body.items.filter((each) => each.status >= 300);
      this.arrived += ids.length - failed.length;
      if (failed.length > 0) {
        this.events.refused(decision, new Map(failed.map((each) =>
          [each.id, new RefusedError(each.status, { detail: each.detail ?? '' })])));
      }
    } catch (error) {
      if (isPassing(error)) {
        throw error;
      }
      this.events.refused(decision, new Map(ids.map((each) => [each, error])));
    }
  }

  private async deliverAddition(decision: Decision, adds: Addition): Promise<void> {
    try {
      if (!(await isThere(adds))) {
        await send('POST', adds.url, adds.body);
      }
    } catch (error) {
      if (isPassing(error)) {
        throw error;
      }
      this.events.notAdded(decision, error);
      return;
    }
    this.arrived += 1;
    this.events.added();
  }
}

/** How it stands, in words; also as numbers, for whoever waits for them. */
export function outboxWords(outbox: Outbox, status: HTMLElement): HTMLElement[] {
  const { arrived, size, stuck } = outbox;
  status.dataset['arrived'] = String(arrived);
  status.dataset['waiting'] = String(size);
  return [
    arrived > 0 ? h('span', null, plural('desk.arrived', arrived)) : null,
    size > 0 && !stuck ? h('span', null, plural('desk.waiting', size)) : null,
    size > 0 && stuck ? h('span', { class: 'error' }, plural('desk.stuck', size), ' ',
      h('button', { type: 'button', class: 'link', onclick: () => outbox.retry() }, t('retry'))) : null,
  ].filter((each): each is HTMLElement => each !== null);
}
