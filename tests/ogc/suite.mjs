// SPDX-License-Identifier: AGPL-3.0-or-later
// What the checks share: a client that follows documents, expectations, a report with a name for each.
import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { gunzipSync } from 'node:zlib';

const agent = new Agent({ keepAlive: true });

/** An expectation was not met. */
export class Failure extends Error {}
/** The check has nothing to look at here. */
export class Skip extends Error {}

export function expect(condition, message) {
  if (!condition) {
    throw new Failure(message);
  }
}

export function skipUnless(condition, message) {
  if (!condition) {
    throw new Skip(message);
  }
}

/** GET with an Accept header; the body as text, parsed on demand. */
export function get(url, accept = 'application/json', options = {}) {
  const target = new URL(url);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(target, {
      agent: target.protocol === 'https:' ? undefined : agent,
      headers: { Accept: accept },
      ...options,
    }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        let body = Buffer.concat(parts);
        if (response.headers['content-encoding'] === 'gzip') {
          body = gunzipSync(body);
        }
        resolve({
          url: target.href,
          status: response.statusCode,
          headers: response.headers,
          version: response.httpVersion,
          body,
          json: () => {
            try {
              return JSON.parse(body.toString('utf8'));
            } catch {
              throw new Failure(`${target.href}: the body is not JSON`);
            }
          },
        });
      });
    });
    request.on('error', reject);
    request.end();
  });
}

export async function getOk(url, accept) {
  const answer = await get(url, accept);
  expect(answer.status === 200, `${url}: status ${answer.status}, expected 200`);
  return answer;
}

/** The address with more or other query parameters. */
export function withQuery(url, parameters) {
  const target = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    target.searchParams.set(name, value);
  }
  return target.href;
}

export const link = (links, rel, type) => (links ?? []).find((one) =>
  one.rel === rel && (type === undefined || (one.type ?? '').replaceAll(' ', '') === type));

/** Every link says its relation and its type. */
export function expectTypedLinks(links, where) {
  expect(Array.isArray(links) && links.length > 0, `${where}: there are no links`);
  for (const one of links) {
    expect(typeof one.href === 'string' && one.href !== '', `${where}: a link without href`);
    expect(typeof one.rel === 'string' && one.rel !== '', `${where}: ${one.href} has no rel`);
    expect(typeof one.type === 'string' && one.type !== '', `${where}: ${one.href} has no type`);
  }
}

/** As the Java suites write numbers: no zero before the point, seven decimals. */
export function javaNumber(value) {
  return value.toFixed(7).replace(/^(-?)0\./, '$1.');
}

/** Runs checks one after the other and tells how each ended. */
export class Report {
  constructor(write) {
    this.write = write;
    this.counts = { passed: 0, failed: 0, skipped: 0 };
  }

  /** A check of this name; what it resolves with, or undefined when it did not pass. */
  async check(name, body) {
    try {
      const value = await body();
      this.counts.passed++;
      this.write(`ok      ${name}`);
      return value ?? true;
    } catch (error) {
      const kind = error instanceof Skip ? 'skipped' : 'failed';
      this.counts[kind]++;
      const text = error instanceof Failure || error instanceof Skip ? error.message : error.stack;
      this.write(`${kind === 'skipped' ? 'skipped' : 'FAILED '} ${name}\n          ${text}`);
      return undefined;
    }
  }
}
