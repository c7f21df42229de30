// SPDX-License-Identifier: AGPL-3.0-or-later
// One conversation: whose contribution it is, who asks and what they may, and requests about it.

import { request, send, type Answer } from '../http';
import type { TalkHost } from './talk_types';

/** `GET M/me` */
interface Me {
  account?: string | null;
  rights: string[];
}

// Rights of the visitor in a map change rarely: asked for once while the page is open.
const known = new Map<string, Promise<Me>>();

function me(root: string): Promise<Me> {
  const asked = known.get(root) ?? request<Me>(`${root}/me`);
  known.set(root, asked);
  asked.catch(() => known.delete(root));
  return asked;
}

export class Talk {
  private constructor(
    readonly host: TalkHost,
    /** Who is signed in. */
    readonly account: string | null,
    private readonly rights: Set<string>,
  ) {}

  static async open(host: TalkHost): Promise<Talk> {
    const { account, rights } = await me(host.root).catch((): Me => ({ rights: [] }));
    return new Talk(host, account ?? null, new Set(rights));
  }

  get id(): string {
    return this.host.entry.item.id;
  }

  get isAuthor(): boolean {
    const { author } = this.host.entry.item.properties;
    return author ? author === this.account : this.host.secret !== undefined;
  }

  may(right: string): boolean {
    return this.rights.has(right);
  }

  /** Also what this contribution's author may, who is asked for it: `M/me` says what anybody may. */
  mayAsAuthor(right: string): boolean {
    return this.may(right) || (this.isAuthor && (this.may('change') || this.account === null));
  }

  get mayEdit(): boolean {
    return this.mayAsAuthor('change_others');
  }

  url(rest = ''): string {
    const { collection } = this.host.entry;
    return `${this.host.root}/collections/${encodeURIComponent(collection.id)}/items/${this.id}${rest}`;
  }

  private headers(more: Record<string, string>): Record<string, string> {
    return this.host.secret ? { 'Jalon-Edit-Secret': this.host.secret, ...more } : more;
  }

  read<T>(url: string): Promise<T> {
    return request<T>(url, { headers: this.headers({}) });
  }

  get<T>(rest: string): Promise<T> {
    return this.read<T>(this.url(rest));
  }

  send<T>(method: string, rest: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return send<T>(method, this.url(rest), body, this.headers(headers));
  }
}
