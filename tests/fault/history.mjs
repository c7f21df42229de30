// SPDX-License-Identifier: AGPL-3.0-or-later
// Writers over HTTP that remember what became of each write, and a checker that knows every write:
// each acknowledged one is there exactly once, each refused one not at all, each that got no answer
// wholly or not at all; nothing else is there, and what a server shows is what the database has.
// What happens to the server meanwhile is for those who use this: kill.mjs, ../cluster/failover.mjs.
import { randomBytes } from 'node:crypto';

/** Numbers of no particular order that the seed decides (mulberry32). */
export function makeChance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A client's own UUIDv7 (RFC 9562, 5.7). */
function makeId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/** SQL: every revision with its contribution and its event; the map where there are several. */
export const REVISIONS = `SELECT revision.map, revision.reason AS token, revision.action,
    revision.version, contribution.id, event.seq FROM revision
  JOIN contribution ON contribution.map = revision.map
    AND contribution.number = revision.contribution
  JOIN event ON event.map = revision.map AND event.contribution = revision.contribution
    AND event.version = revision.version`;

/** What was asked for, and what came of it. */
export class History {
  /**
   * `answers` says what an answer's status means that is no success: 'refused' (not done) or 'unknown'
   * (done or not); undefined for what no server may answer. `limitMs`: every answer comes within it.
   */
  constructor({ chance, token, answers, limitMs }) {
    Object.assign(this, { chance, token, answers, limitMs });
    this.operations = []; // { token, kind, outcome: 'acknowledged' | 'refused' | 'unknown', id, seq }
    this.faults = [];
  }

  fault(words) {
    if (this.faults.push(words) <= 20) console.error(words);
  }

  count(outcome) {
    return this.operations.filter((operation) => operation.outcome === outcome).length;
  }

  feature(title) {
    return JSON.stringify({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [3 + this.chance(), 43 + this.chance()] },
      properties: { title },
    });
  }

  /** Every write against every revision (the rows of REVISIONS), and every revision against every write. */
  checkWrites(rows) {
    const found = new Map();
    for (const row of rows) {
      if (found.has(row.token)) this.fault(`${row.token} is there twice`);
      found.set(row.token, row);
    }
    for (const operation of this.operations) {
      const row = found.get(operation.token);
      found.delete(operation.token);
      if (operation.outcome === 'acknowledged' && row === undefined) {
        this.fault(`${operation.token} was acknowledged and is lost`);
      } else if (operation.outcome === 'refused' && row !== undefined) {
        this.fault(`${operation.token} was refused and is there`);
      } else if (row !== undefined && (row.action !== operation.kind ||
          (operation.id !== undefined && row.id !== operation.id) ||
          (operation.seq !== undefined && row.seq !== operation.seq))) {
        this.fault(`${JSON.stringify(operation)} is there as ${JSON.stringify(row)}`);
      }
    }
    for (const token of found.keys()) this.fault(`${token} is there, and nobody wrote it`);
  }

  /**
   * Ids and titles as a server lists them, page by page, beside the table's; and the clusters' sum.
   * It has to show them when it has seen the map's event `seq`.
   */
  async checkView(map, items, stored, seq = 0) {
    const headers = { 'Jalon-Seq': seq };
    const shown = new Map();
    for (let url = `${items}?limit=10000`; url;) {
      const page = await (await fetch(url, { headers })).json();
      for (const item of page.features) shown.set(item.id, item.properties.title);
      url = page.links.find((link) => link.rel === 'next')?.href;
    }
    const clusters = await (await fetch(`${map}/clusters?zoom=6&bbox=2,42,5,45`, { headers })).json();
    const sum = clusters.features.reduce((n, one) => n + (one.properties.point_count ?? 1), 0);
    if (shown.size !== stored.length || sum !== stored.length) {
      this.fault(`the list has ${shown.size}, the clusters ${sum}, the database ${stored.length}`);
    }
    for (const row of stored) {
      if (shown.get(row.id) !== row.title) {
        this.fault(`${row.id} is '${row.title}' and shown as '${shown.get(row.id)}'`);
      }
    }
  }
}

/** A client that creates, changes and deletes; it comes back to what got no answer. */
export class Writer {
  constructor(history, name) {
    this.history = history;
    this.name = name;
    this.count = 0;
    this.seq = 0; // of its last event, so that whatever server it asks has seen it
    this.mine = []; // { id, etag, title }: acknowledged, and as last seen
    this.again = null; // a request with an Idempotency-Key that got no answer
    this.unsure = []; // ids to be looked at before they are written to again
  }

  /** The whole answer, with `body`; null when there is none. */
  async ask(url, request) {
    const { limitMs } = this.history;
    const signal = limitMs && AbortSignal.timeout(limitMs);
    try {
      const answer = await fetch(url, { ...request, signal,
        headers: { ...request.headers, ...this.seq && { 'Jalon-Seq': this.seq } } });
      answer.whole = Buffer.from(await answer.arrayBuffer()); // an answer counts when it is whole
      return answer;
    } catch (error) {
      if (error.name === 'TimeoutError') {
        this.history.fault(`${request.method ?? 'GET'} ${url} has no answer after ${limitMs} ms`);
      }
      return null;
    }
  }

  /** Sends it and records what came of it; null when nobody knows. */
  async send(method, url, headers, body, operation) {
    const answer = await this.ask(url, { method, body, headers: { ...headers,
      Authorization: `Bearer ${this.history.token}`, 'Jalon-Reason': operation.token,
      'Content-Type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/geo+json',
    } });
    if (answer === null) return null;
    if (answer.ok) {
      operation.outcome = 'acknowledged';
      operation.seq = Number(answer.headers.get('jalon-seq'));
      this.seq = operation.seq;
      return answer;
    }
    operation.outcome = this.history.answers(answer.status, method, headers);
    if (operation.outcome === undefined) {
      throw new Error(`${method} ${url} is answered with ${answer.status}: ${answer.whole}`);
    }
    return operation.outcome === 'unknown' ? null : answer;
  }

  begin(kind) {
    const operation = { token: `${this.name}-${++this.count}`, kind, outcome: 'unknown' };
    this.history.operations.push(operation);
    return operation;
  }

  keep(id, answer, title) {
    const etag = answer.headers.get('etag');
    this.mine = this.mine.filter((item) => item.id !== id);
    if (answer.status !== 204) this.mine.push({ id, etag, title });
    if (this.mine.length > 200) this.mine.shift();
  }

  async post(items) {
    const keyed = this.history.chance() < 0.5;
    const operation = this.again?.operation ?? this.begin('create');
    const body = this.again?.body ?? this.history.feature(operation.token);
    const headers = keyed || this.again ? { 'Idempotency-Key': `"${operation.token}"` } : {};
    this.again = null;
    const answer = await this.send('POST', items, headers, body, operation);
    if (answer?.ok) {
      operation.id = answer.headers.get('location').split('/').pop();
      this.keep(operation.id, answer, operation.token);
    } else if (headers['Idempotency-Key']) {
      operation.outcome = 'unknown';
      this.again = { operation, body };
    }
    return answer;
  }

  async put(items) {
    const operation = this.begin('create');
    operation.id = makeId();
    const answer = await this.send('PUT', `${items}/${operation.id}`, { 'If-None-Match': '*' },
      this.history.feature(operation.token), operation);
    if (answer?.ok) this.keep(operation.id, answer, operation.token);
    else this.unsure.push(operation.id);
    return answer;
  }

  async change(items, method) {
    const item = this.mine[Math.floor(this.history.chance() * this.mine.length)];
    const operation = this.begin(method === 'DELETE' ? 'delete' : 'update');
    operation.id = item.id;
    const body = method === 'PUT' ? this.history.feature(operation.token)
      : method === 'PATCH' ? JSON.stringify({ properties: { title: operation.token } }) : undefined;
    const answer = await this.send(method, `${items}/${item.id}`, { 'If-Match': item.etag }, body,
      operation);
    if (answer?.ok) {
      this.keep(item.id, answer, operation.token);
    } else {
      this.mine = this.mine.filter((other) => other.id !== item.id);
      this.unsure.push(item.id);
    }
    return answer;
  }

  /** Looks at what got no answer, as a client does that comes back; false when it gets none again. */
  async look(items) {
    while (this.unsure.length > 0) {
      const id = this.unsure[0];
      const answer = await this.ask(`${items}/${id}`, {});
      if (answer === null || this.history.answers(answer.status, 'GET', {}) === 'unknown') return false;
      if (answer.ok) this.keep(id, answer, JSON.parse(answer.whole).properties.title);
      else if (answer.status !== 404) throw new Error(`GET is answered with ${answer.status}`);
      this.unsure.shift();
    }
    return true;
  }

  /** One write; false when it got no answer. */
  async write(items) {
    const what = this.history.chance();
    const answer = this.again || this.mine.length === 0 || what < 0.5 ? await this.post(items)
      : what < 0.65 ? await this.put(items)
      : await this.change(items, what < 0.85 ? 'PATCH' : what < 0.95 ? 'PUT' : 'DELETE');
    if (answer !== null && !answer.ok) await new Promise((resolve) => setTimeout(resolve, 20));
    return answer !== null;
  }
}
