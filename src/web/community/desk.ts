// SPDX-License-Identifier: AGPL-3.0-or-later
// The moderation desk: the list of what waits at the left, what one needs to decide at the right. All
// of it by keyboard, and by buttons where there is none. Decisions leave in the background.

import '../words_desk';

import { Api } from '../api';
import { h } from '../dom';
import { anchorOf, round } from '../geometry';
import { request } from '../http';
import { plural, say, t, type Word } from '../i18n';
import { announce } from '../live';
import { pressed } from '../press';
import { Schemas } from '../schema';
import { State } from '../state';
import { recall, remember } from '../storage';
import { trail } from './audit';
import { blockPanel } from './desk_block';
import { blockList } from './desk_blocks';
import { age, Contexts, renderContext, whyWords, type AuthorAct } from './desk_context';
import { DeskMap } from './desk_map';
import { outboxOf, outboxWords, type Decision, type Outbox } from './desk_outbox';
import { helpPanel, mergePanel, reasonPanel, type Panel } from './desk_panels';
import { revertPanel } from './desk_revert';
import type { Waiting } from './desk_types';
import { zonePart } from './desk_zones';
import { Frame } from './frame';
import { action, errorWords, type Page } from './ui';

const PAGE_SIZE = 50;
const ENOUGH_AHEAD = 12;
const REASONS = ['new', 'edited', 'reported', 'outside', 'spam', 'duplicate', 'late', 'answered'] as const;
const STATES = ['pending', 'published', 'hidden', 'rejected'] as const;

interface Filter {
  state: string;
  reason: string;
  collection: string;
}

/** Where something was when it was decided, to be put back there. */
interface Removed {
  at: number;
  item: Waiting;
}

class Desk {
  private readonly items: Waiting[] = [];
  private readonly chosen = new Set<string>();
  private readonly failures = new Map<string, string>();
  private readonly removed = new Map<string, Removed>();
  private readonly filter: Filter = { state: '', reason: '', collection: '' };
  private readonly outbox: Outbox;
  private readonly root: string;
  private readonly contexts: Contexts;
  private readonly map: DeskMap;
  private lastSent: Decision | null = null;
  private next: string | null = null;
  private reading = false;
  private at = 0;
  private panel: Panel | null = null;
  private drawing = 0;

  private readonly list = h('ol', { class: 'plain queue', id: 'queue', 'aria-label': t('desk.queue') });
  private readonly foot = h('p', { class: 'note', id: 'queue-note' });
  private readonly status = h('p', { class: 'desk-status', id: 'desk-status', role: 'status' });
  private readonly context = h('div', { class: 'context', id: 'context' });
  private readonly bar = h('div', { class: 'bar', role: 'toolbar', 'aria-label': t('desk.actions') });
  private readonly over = h('div', { class: 'over', id: 'over' });
  readonly element: HTMLElement;

  constructor(private readonly state: State, private readonly frame: Frame, private readonly rights: string[]) {
    this.root = frame.root;
    this.outbox = outboxOf(this.root);
    this.outbox.events = {
      changed: () => this.drawStatus(),
      refused: (decision, failures) => this.refused(decision, failures),
      notAdded: (decision, error) => this.tell(h('p', { class: 'error', role: 'alert' }, t('error.at', { name: decision.title, reason: errorWords(error) }))),
      added: () => undefined,
    };
    this.contexts = new Contexts(state, new Schemas(state.api));
    this.map = new DeskMap(state);
    this.element = h('div', { class: 'desk', id: 'desk' },
      h('div', { class: 'desk-left' }, this.filters(), this.list, this.foot),
      h('div', { class: 'desk-right' }, this.bar, this.status, this.over, this.context, this.map.element));
    this.element.addEventListener('keydown', (event) => this.pressed(event));
    this.drawBar();
  }

  async start(): Promise<void> {
    await this.reload();
    this.drawStatus();
  }

  // --- What waits ---

  private filters(): HTMLElement {
    const select = (name: keyof Filter, label: string, choices: [string, string][]): HTMLElement =>
      h('div', { class: 'field' }, h('label', { for: `filter-${name}` }, label),
        h('select', { id: `filter-${name}`, onchange: (event: Event) => {
          this.filter[name] = (event.target as HTMLSelectElement).value;
          void this.reload();
        } }, [['', t('desk.all')] as [string, string], ...choices].map(([key, words]) => h('option', { value: key }, words))));
    return h('details', { class: 'desk-filter' }, h('summary', null, t('desk.filter')),
      select('reason', t('desk.filter_reason'), REASONS.map((each) => [each, t(`why.${each}` as Word)])),
      select('state', t('desk.filter_state'), STATES.map((each) => [each, t(`state.${each}` as Word)])),
      this.state.collections.length > 1
        ? select('collection', t('desk.filter_collection'), this.state.collections.map((each) => [each.id, say(each.titles, each.title)])) : null);
  }

  private async reload(): Promise<void> {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
    for (const [name, value] of Object.entries(this.filter)) {
      if (value) {
        query.set(name, value as string);
      }
    }
    this.items.length = 0;
    this.chosen.clear();
    this.at = 0;
    this.next = `${this.root}/moderation?${query}`;
    await this.readMore();
    this.drawList();
    await this.drawContext();
  }

  private async readMore(): Promise<void> {
    if (this.reading || this.next === null) {
      return;
    }
    this.reading = true;
    try {
      const page = await request<Page<Waiting>>(this.next);
      const link = page.links?.find((each) => each.rel === 'next')?.href;
      this.next = link ? new URL(link, location.href).pathname + new URL(link, location.href).search : null;
      // What was decided here and has not arrived is still in the program's list.
      this.items.push(...page.items.filter((each) =>
        !this.removed.has(each.id) && !this.items.some((known) => known.id === each.id)));
    } finally {
      this.reading = false;
    }
  }

  private async fill(): Promise<void> {
    if (this.items.length - this.at < ENOUGH_AHEAD && this.next !== null && !this.reading) {
      try {
        await this.readMore();
        await pressed();
        this.drawList();
        if (this.context.dataset['item'] === '' && !this.context.hasAttribute('aria-busy')) {
          await this.drawContext(); // there was nothing to show
        }
      } catch {
        this.foot.replaceChildren(action(t('retry'), () => this.fill()));
      }
    }
  }

  private get current(): Waiting | undefined {
    return this.items[this.at];
  }

  /** What the next decision is about: what is selected, or the one that is open. */
  private get concerned(): Waiting[] {
    const many = this.items.filter((each) => this.chosen.has(each.id));
    return many.length > 0 ? many : this.current ? [this.current] : [];
  }

  // --- Drawing ---

  private row(item: Waiting, index: number): HTMLElement {
    const selected = this.chosen.has(item.id);
    const failure = this.failures.get(item.id);
    return h('li', null,
      h('button', {
        type: 'button', class: 'queued', id: `wait-${item.id}`, 'data-item': item.id, tabindex: index === this.at ? 0 : -1,
        'aria-current': index === this.at ? 'true' : null, onclick: () => this.go(index, true),
      },
        h('span', { class: 'name' }, selected && h('span', { class: 'picked' }, `✓ ${t('desk.selected')} `), item.title || t('mine.untitled')),
        h('span', { class: 'facts' },
          item.reasons.map((each) => h('span', { class: 'why', 'data-reason': each.reason }, whyWords(each))),
          item.age_s !== undefined && h('span', null, age(item.age_s)),
          (item.open_reports ?? 0) > 0 && h('span', null, plural('desk.report_count', item.open_reports ?? 0)),
          h('span', null, item.author ?? t('anonymous'))),
        failure !== undefined && h('span', { class: 'error' }, `${t('desk.failed')} ${failure}`)));
  }

  private drawList(): void {
    // Also whoever had come to the end before the next page came.
    const had = this.list.contains(document.activeElement) || document.activeElement === this.foot;
    this.list.replaceChildren(...this.items.map((each, index) => this.row(each, index)));
    this.foot.textContent = this.items.length === 0 && this.next === null ? t('desk.empty') : plural('desk.left', this.items.length) + (this.next ? ' +' : '');
    if (had) {
      this.focus();
    }
  }

  private focus(): void {
    const row = this.current && document.getElementById(`wait-${this.current.id}`);
    if (row) {
      row.focus({ preventScroll: true });
      row.scrollIntoView({ block: 'nearest' });
    } else {
      // Nothing is left: the sentence that says so.
      this.foot.tabIndex = -1;
      this.foot.focus();
    }
  }

  private async drawContext(): Promise<void> {
    const mine = ++this.drawing;
    const item = this.current;
    this.context.setAttribute('aria-busy', 'true');
    this.context.dataset['item'] = '';
    if (!item) {
      this.context.replaceChildren(h('p', { class: 'note' }, t('desk.empty')));
      this.context.removeAttribute('aria-busy');
      this.map.show(null);
      return;
    }
    try {
      const context = await this.contexts.get(item);
      if (mine !== this.drawing) {
        return;
      }
      this.context.replaceChildren(...renderContext(this.state, item, context, this.authorActs()));
      this.map.show(context.entry);
    } catch (error) {
      if (mine !== this.drawing) {
        return;
      }
      this.context.replaceChildren(h('h2', null, item.title || t('mine.untitled')), h('p', { class: 'error' }, errorWords(error)),
        action(t('retry'), () => this.drawContext()));
    }
    this.context.dataset['item'] = item.id;
    this.context.removeAttribute('aria-busy');
    // The ones that come next are ready when they are needed.
    for (const ahead of this.items.slice(this.at + 1, this.at + 3)) {
      void this.contexts.get(ahead).catch(() => undefined);
    }
  }

  private drawBar(): void {
    const button = (key: string, word: Word, act: () => void): HTMLElement =>
      h('button', { type: 'button', 'data-key': key, 'aria-keyshortcuts': key, onclick: act }, t(word), h('kbd', { 'aria-hidden': 'true' }, key));
    this.bar.replaceChildren(
      button('a', 'desk.approve', () => this.approve()), button('r', 'desk.reject', () => this.ask('reject')),
      button('h', 'desk.hide', () => this.ask('hide')), button('m', 'desk.merge', () => void this.merge()),
      button('x', 'desk.select', () => this.select()), button('u', 'desk.undo', () => void this.undo()),
      button('?', 'desk.help', () => this.help()));
  }

  private drawStatus(): void {
    this.status.replaceChildren(
      ...(this.chosen.size > 0 ? [h('strong', null, plural('desk.chosen', this.chosen.size))] : []),
      ...outboxWords(this.outbox, this.status));
  }

  // --- Moving ---

  private go(index: number, focus: boolean): void {
    if (this.items.length === 0) {
      return;
    }
    this.at = Math.max(0, Math.min(index, this.items.length - 1));
    for (const row of this.list.querySelectorAll<HTMLElement>('.queued')) {
      const here = row.dataset['item'] === this.current?.id;
      row.tabIndex = here ? 0 : -1;
      if (here) {
        row.setAttribute('aria-current', 'true');
      } else {
        row.removeAttribute('aria-current');
      }
    }
    if (!this.panel) {
      this.over.replaceChildren();
    }
    if (focus) {
      this.focus();
    }
    void this.drawContext();
    void this.fill();
  }

  private pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
      return;
    }
    const typing = event.target instanceof Element && event.target.matches('textarea, select, input:not([type="checkbox"])');
    if (event.key === 'Escape' && this.panel) {
      event.preventDefault();
      this.closePanel();
      return;
    }
    if (typing || (!this.single && event.key.length === 1)) {
      return;
    }
    if (this.panel) {
      if (this.panel.key(event.key)) {
        event.preventDefault();
      }
      return;
    }
    const act = this.keys()[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  }

  private keys(): Record<string, () => void> {
    const next = (): void => this.go(this.at + 1, true);
    const previous = (): void => this.go(this.at - 1, true);
    return {
      j: next, ArrowDown: next, k: previous, ArrowUp: previous,
      a: () => this.approve(), r: () => this.ask('reject'), h: () => this.ask('hide'), m: () => void this.merge(),
      x: () => this.select(), u: () => void this.undo(), '?': () => this.help(),
      ...Object.fromEntries(this.authorActs().map(({ key, act }) => [key, act])),
    };
  }

  /** What can be done about who wrote the contribution that is open. */
  private authorActs(): AuthorAct[] {
    const all: (AuthorAct & { right: string })[] = [
      { right: 'block', key: 'b', word: 'desk.block', act: () => this.block() },
      { right: 'revert_author', key: 'v', word: 'desk.revert', act: () => this.revert() },
      { right: 'close_zone', key: 'z', word: 'desk.close_here', act: () => this.closeHere() },
    ];
    return all.filter(({ right }) => this.rights.includes(right));
  }

  /** Keys of one letter can be turned off: some people dictate, and a word is many letters. */
  private get single(): boolean {
    return recall('desk_keys') !== 'off';
  }

  // --- Panels ---

  private openPanel(panel: Panel): void {
    this.panel = panel;
    this.over.replaceChildren(panel.element);
    this.over.querySelector<HTMLElement>('#panel-title')?.focus();
    panel.element.scrollIntoView({ block: 'nearest' });
  }

  /** Shows what was done where the panel was. */
  private tell(said: HTMLElement): void {
    this.panel = null;
    this.over.replaceChildren(said);
    if (said.tabIndex === -1) {
      said.focus();
    }
  }

  private block(): void {
    const item = this.current;
    if (item) {
      this.openPanel(blockPanel(item, {
        root: this.root, outbox: this.outbox, ofServer: this.frame.session?.is_operator === true, done: (said) => this.tell(said),
      }, () => this.closePanel()));
    }
  }

  private revert(): void {
    const item = this.current;
    if (item) {
      const done = (): void => {
        this.contexts.forgetAll();
        void this.reload().catch(() => undefined);
      };
      this.openPanel(revertPanel(item, { root: this.root, done }, () => this.closePanel()));
    }
  }

  /** A zone around the contribution that is open. */
  private closeHere(): void {
    const geometry = this.current?.feature.geometry;
    location.hash = geometry ? `zones/${round(anchorOf(geometry)).join(',')}` : 'zones';
  }

  private closePanel(): void {
    this.panel = null;
    this.over.replaceChildren();
    this.focus();
  }

  private help(): void {
    this.openPanel(helpPanel(this.single, (on) => remember('desk_keys', on ? null : 'off'), () => this.closePanel()));
  }

  private ask(decision: 'reject' | 'hide'): void {
    const items = this.concerned;
    if (items.length === 0) {
      return;
    }
    const title = t(decision === 'reject' ? 'desk.why_reject' : 'desk.why_hide', { title: this.titleOf(items) });
    this.openPanel(reasonPanel(title, (reason) => {
      this.panel = null;
      this.over.replaceChildren();
      this.decide(items, { decision, reason });
    }, () => this.closePanel()));
  }

  private async merge(): Promise<void> {
    const item = this.current;
    if (!item) {
      return;
    }
    const { candidates } = await this.contexts.get(item).catch(() => ({ candidates: [] }));
    if (item !== this.current) {
      return;
    }
    if (candidates.length === 0) {
      announce(t('desk.no_candidates'));
      this.over.replaceChildren(h('p', { class: 'note' }, t('desk.no_candidates')));
      return;
    }
    this.openPanel(mergePanel(candidates, (candidate) => {
      this.panel = null;
      this.over.replaceChildren();
      this.decide([item], { decision: 'merge', into: candidate.id,
        reason: t('desk.merged_reason', { title: candidate.title || t('mine.untitled') }) });
    }, () => this.closePanel()));
  }

  // --- Deciding ---

  private titleOf(items: Waiting[]): string {
    return items.length === 1 ? `« ${items[0]?.title || t('mine.untitled')} »` : plural('desk.chosen', items.length);
  }

  private select(): void {
    const item = this.current;
    if (!item) {
      return;
    }
    if (!this.chosen.delete(item.id)) {
      this.chosen.add(item.id);
    }
    this.drawList();
    this.drawStatus();
    announce(plural('desk.chosen', this.chosen.size));
    this.go(this.at + 1, true);
  }

  private approve(): void {
    this.decide(this.concerned, { decision: 'approve' });
  }

  private decide(items: Waiting[], body: { decision: string; reason?: string; into?: string }): void {
    if (items.length === 0) {
      return;
    }
    const title = this.titleOf(items);
    for (const item of items) {
      const at = this.items.indexOf(item);
      this.removed.set(item.id, { at, item });
      this.failures.delete(item.id);
      this.items.splice(at, 1);
      this.at -= at < this.at ? 1 : 0;
    }
    this.chosen.clear();
    this.at = Math.max(0, Math.min(this.at, this.items.length - 1));
    this.lastSent = { ids: items.map((each) => each.id), title, versions: items.map((each) => each.version ?? 0), ...body };
    this.outbox.push(this.lastSent);
    this.drawList();
    this.focus();
    announce(`${t(`decided.${body.decision}` as Word, { title })} ${plural('desk.left', this.items.length)}`);
    void this.drawContext();
    void this.fill();
  }

  /** Puts back what was decided last: before it has left as if it had never been, afterwards by a decision against it. */
  private async undo(): Promise<void> {
    const held = this.outbox.undo();
    const last = held ?? this.lastSent;
    if (!last) {
      announce(t('desk.nothing_to_undo'));
      return;
    }
    if (!held && last.decision !== 'reject' && last.decision !== 'hide') {
      announce(t('desk.too_late'));
      this.over.replaceChildren(h('p', { class: 'note' }, t('desk.too_late')));
      return;
    }
    this.lastSent = null;
    this.putBack(last.ids);
    if (!held) {
      this.outbox.push({ ids: last.ids, title: last.title, decision: 'restore', reason: t('desk.undone_reason') });
    }
    announce(t('desk.undone', { title: last.title }));
  }

  private putBack(ids: string[]): void {
    let first = this.items.length;
    for (const id of [...ids].reverse()) {
      const known = this.removed.get(id);
      if (known) {
        this.removed.delete(id);
        this.contexts.forget(id);
        const at = Math.min(known.at, this.items.length);
        this.items.splice(at, 0, known.item);
        first = Math.min(first, at);
      }
    }
    this.at = Math.min(first, this.items.length - 1);
    this.drawList();
    this.focus();
    void this.drawContext();
  }

  private refused(decision: Decision, failures: Map<string, unknown>): void {
    for (const [id, error] of failures) {
      this.failures.set(id, errorWords(error));
    }
    const had = this.element.contains(document.activeElement);
    const keep = this.current?.id;
    for (const id of failures.keys()) {
      const known = this.removed.get(id);
      if (known) {
        this.removed.delete(id);
        this.items.splice(Math.min(known.at, this.items.length), 0, known.item);
      }
    }
    // Whoever is at another one stays there.
    this.at = Math.max(0, this.items.findIndex((each) => each.id === keep));
    this.drawList();
    if (had && !this.panel) {
      this.focus();
    }
    announce(t('desk.refused', { title: decision.title }));
  }
}

function denied(): HTMLElement[] {
  return [h('section', { class: 'card' }, h('h2', null, t('desk.denied')), h('p', null, t('desk.denied_why')))];
}

async function render(frame: Frame): Promise<HTMLElement[]> {
  const me = await request<{ rights: string[] }>(`${frame.root}/me`);
  if (!me.rights.includes('moderate') || !frame.map) {
    return denied();
  }
  const { root } = frame;
  const [at, around] = location.hash.slice(1).split('/');
  const parts: [hash: string, word: Word, right: string, draw: () => Promise<HTMLElement>][] = [
    ['', 'desk.queue', 'moderate', () => queue(frame, me.rights)],
    ['blocks', 'blocks.tab', 'block', () => blockList(root, frame.session?.is_operator === true)],
    ['zones', 'zones.tab', 'close_zone', async () => zonePart(await stateOf(frame), root, around)],
    ['audit', 'desk.audit', 'see_audit', () => trail(root)],
  ];
  const open = parts.filter(([, , right]) => me.rights.includes(right));
  const here = open.find(([hash]) => hash === at) ?? open[0]!;
  const tabs = h('nav', { class: 'tabs', 'aria-label': t('desk.parts') },
    open.map((each) => h('a', { href: `#${each[0]}`, 'aria-current': each === here ? 'page' : null }, t(each[1]))));
  return [tabs, await here[3]()];
}

async function stateOf(frame: Frame): Promise<State> {
  const api = new Api(frame.root);
  return new State(api, frame.map!, await api.collections());
}

async function queue(frame: Frame, rights: string[]): Promise<HTMLElement> {
  const desk = new Desk(await stateOf(frame), frame, rights);
  await desk.start();
  return desk.element;
}

document.body.classList.add('desk-page');
void new Frame('desk.title', render, true).start();
