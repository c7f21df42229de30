// SPDX-License-Identifier: AGPL-3.0-or-later
// Who is signed in to this browser. The cookie that proves it cannot be read by scripts, so pages
// that must not ask at every visit go by what was kept here at the last answer.

import { RefusedError, request, send } from '../http';
import { recall, recallJson, remember, rememberJson } from '../storage';

export interface Session {
  account: string;
  display_name?: string | null;
  is_operator?: boolean;
  language?: string;
}

const KEPT = 'account';

export function keepSession(session: Session | null): void {
  if (session === null) {
    remember(KEPT, null);
  } else {
    rememberJson(KEPT, { account: session.account, display_name: session.display_name ?? null });
  }
}

/** Who was signed in when somebody last asked. */
export function lastSession(): Session | null {
  return recallJson<Session>(KEPT);
}

export async function findSession(): Promise<Session | null> {
  try {
    const session = await request<Session>('/sessions/current');
    keepSession(session);
    return session;
  } catch (error) {
    if (error instanceof RefusedError && error.status === 401) {
      keepSession(null);
      return null;
    }
    throw error;
  }
}

export async function endSession(): Promise<void> {
  await send('DELETE', '/sessions/current');
  keepSession(null);
}

/** The page to come back to when somebody has signed in. */
export function keepReturn(): void {
  remember('return', location.pathname + location.hash);
}

/** Only a page of this server: nobody is sent elsewhere by what lies in the storage. */
export function takeReturn(): string | null {
  const path = recall('return');
  remember('return', null);
  return path !== null && /^\/[^/\\]/.test(path) ? path : null;
}
