// SPDX-License-Identifier: AGPL-3.0-or-later
// The conversation on a contribution: who supports it, whether it is still so, what people say and
// propose, and how to complain. What somebody may not do is not offered.

import '../words_conversation';

import { CategoryTree } from '../categories';
import { h } from '../dom';
import { useLang } from '../i18n';
import { comments } from './talk_comments';
import { historyButtons } from './talk_history';
import { links } from './talk_links';
import { proposals } from './talk_proposals';
import { ownership, standing } from './talk_standing';
import { bar } from './talk_bar';
import { claims, status } from './talk_status';
import { Talk } from './talk';
import type { TalkHost } from './talk_types';

let styled: Promise<void> | null = null;

function style(host: TalkHost): Promise<void> {
  styled ??= new Promise((resolve) => {
    const link = h('link', { rel: 'stylesheet', href: host.asset('conversation.css'),
      onload: () => resolve(), onerror: () => resolve() });
    document.head.append(link);
  });
  return styled;
}

async function converse(host: TalkHost): Promise<HTMLElement> {
  useLang(host.lang);
  const [talk] = await Promise.all([Talk.open(host), style(host)]);
  const parts = await Promise.all([
    standing(talk), bar(talk), status(talk), proposals(talk, new CategoryTree(host.categories)), links(talk), claims(talk), comments(talk),
    ownership(talk),
  ]);
  return h('div', { class: 'talk' }, parts);
}

async function decorateHistory(host: TalkHost, history: HTMLElement): Promise<void> {
  useLang(host.lang);
  const [talk] = await Promise.all([Talk.open(host), style(host)]);
  historyButtons(talk, history);
}

export { converse, decorateHistory };
