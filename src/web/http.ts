// SPDX-License-Identifier: AGPL-3.0-or-later
// Requests to the program. Two kinds of failure are told apart because people can do different
// things about them: the network did not carry the request, or the program refused it.

import { lang } from './i18n';
import { recall, remember } from './storage';
import type { Problem } from './types';

/** The program answered, and the answer is no. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
  }
}

/** No answer, or one that is cut off. */
export class NetworkError extends Error {}

export interface Answer<T> {
  status: number;
  /** Null where the answer has no body. */
  body: T;
  etag: string | null;
}

// A phone at the edge of a network may hold a connection open for minutes without a byte.
const TIMEOUT_MS = 30000;

async function readProblem(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return { title: response.statusText };
  }
}

/** Links carry the public address of the server; this page may have been reached by another one. */
export function local(href: string | undefined): string | undefined {
  if (href === undefined) {
    return undefined;
  }
  const { pathname, search } = new URL(href, location.href);
  return pathname + search;
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  return (text === '' ? null : JSON.parse(text)) as T;
}

export async function exchange<T>(url: string, init: RequestInit = {}, signal?: AbortSignal): Promise<Answer<T>> {
  const timer = new AbortController();
  const stop = (): void => timer.abort();
  const timeout = setTimeout(stop, TIMEOUT_MS);
  signal?.addEventListener('abort', stop);
  try {
    const response = await fetch(url, {
      ...init,
      // Reasons of a refusal are for the reader, in the language chosen here.
      headers: { Accept: 'application/json, */*;q=0.5', 'Accept-Language': lang(), ...init.headers },
      signal: timer.signal,
    });
    if (!response.ok) {
      throw new RefusedError(response.status, await readProblem(response));
    }
    return { status: response.status, body: await read<T>(response), etag: response.headers.get('ETag') };
  } catch (error) {
    if (error instanceof RefusedError) {
      throw error;
    }
    throw new NetworkError(String(error));
  } finally {
    clearTimeout(timeout);
    signal?.removeEventListener('abort', stop);
  }
}

export async function request<T>(url: string, init: RequestInit = {}, signal?: AbortSignal): Promise<T> {
  return (await exchange<T>(url, init, signal)).body;
}

/** What an anonymous writer's device is known by: a random text that says nothing about it. */
function device(): string {
  const kept = recall('device');
  if (kept) {
    return kept;
  }
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  const made = [...bytes].map((each) => each.toString(16).padStart(2, '0')).join('');
  remember('device', made);
  return made;
}

interface Challenge {
  needed: boolean;
  challenge: string;
  bits: number;
}

/** Work instead of an account, where the map is under pressure; null: that is not what is wanted. */
async function proofFor(url: string): Promise<string | null> {
  const [map] = /^\/maps\/[^/]+/.exec(url) ?? [];
  const asked = map === undefined ? null : await request<Challenge>(`${map}/challenge`).catch(() => null);
  if (!asked?.needed) {
    return null;
  }
  const self = new URL(import.meta.url);
  const { prove } = (await import(new URL(`proof.js${self.search}`, self).href)) as typeof import('./proof');
  return prove(asked.challenge, asked.bits);
}

/** A request that changes something. */
export async function send<T>(method: string, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
  const go = (more: Record<string, string>): Promise<Answer<T>> => exchange<T>(url, {
    method,
    headers: {
      'Jalon-Device': device(),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
      ...more,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  try {
    return await go({});
  } catch (error) {
    const proof = error instanceof RefusedError && error.status === 429 ? await proofFor(url) : null;
    if (proof === null) {
      throw error;
    }
    return go({ 'Jalon-Proof': proof });
  }
}

export async function post<T>(url: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  return (await send<T>('POST', url, body, headers)).body;
}
