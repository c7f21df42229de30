// SPDX-License-Identifier: AGPL-3.0-or-later
// Holds every answer of the cases to the API description: a success has a code that is described, and
// a media type that is described for it.
import { compose, exchange } from './wire.mjs';

const documents = new Map(); // by port and address of what they describe

/** What is described below a map ("/maps/test") or of the server (""); null: it is not told. */
async function documentOf(port, base) {
  const key = `${port}${base}`;
  if (!documents.has(key)) {
    const asked = compose({ path: `${base}/api?f=json`, host: `127.0.0.1:${port}` });
    const answer = await exchange(port, asked, 'GET');
    if (answer.status !== 200) return null;
    const { paths } = JSON.parse(answer.body.toString('utf8'));
    documents.set(key, Object.entries(paths).map(([template, methods]) => ({
      pattern: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
      variables: template.split('{').length,
      methods,
    })).sort((a, b) => a.variables - b.variables)); // "/accounts/me" before "/accounts/{name}"
  }
  return documents.get(key);
}

/**
 * What the description does not say of this answer; nothing of refusals, of what is told to members
 * alone, and of what only a case about the wire asks.
 */
export async function undescribed(port, request, answer) {
  const method = request.method ?? 'GET';
  if (answer.status < 200 || answer.status > 299 || !/^(GET|POST|PUT|PATCH|DELETE)$/.test(method)) return [];
  const { pathname } = new URL(request.path, `http://127.0.0.1:${port}`);
  const base = /^\/maps\/[^/]+/.exec(pathname)?.[0] ?? '';
  const below = pathname.slice(base.length) || '/';
  const row = (await documentOf(port, base))?.find(({ pattern }) => pattern.test(below));
  if (!row) return [];
  const response = row.methods[method.toLowerCase()]?.responses[answer.status];
  if (!response) return [`${method} ${pathname}: ${answer.status} is not described`];
  const type = answer.headers['content-type']?.replace('; charset=utf-8', '');
  const types = Object.keys(response.content ?? {});
  return answer.body.length === 0 || types.includes(type) ? []
    : [`${method} ${pathname}: ${answer.status} as ${type}, described as ${types.join(', ') || 'nothing'}`];
}
