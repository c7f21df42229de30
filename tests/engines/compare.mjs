// SPDX-License-Identifier: AGPL-3.0-or-later
// Two answers to the same request, byte for byte: what may differ between two servers, and what not.

/** Headers that say when and to whom, not what. */
const OWN = new Set(['date', 'jalon-request-id']);

/** What a server draws by lot or reads off a clock, where the two have not the same database. */
const DRAWN = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|(?<=next=|after=)[\w%.~-]+|(?<="current_etag":"\\")[\w.-]+|erased-[0-9a-f]{12}|(?<=jalon_session=|"token":")[\w-]{43}|(?<="edit_secret":")[\w-]{43}|(?<="edit_secret" *: *")[\w-]{43}/g;
/**
 * The number of a feature in a vector tile (its messages: field 2 of a layer, there field 1 before the
 * tags or the type). It is the row's, and a database server leaves numbers out: those that an import
 * took and did not need, those of what was taken back.
 */
const NUMBER = /(\x12(?:[\x80-\xff][\x01-\x7f]|[\x01-\x7f])\x08)([\x80-\xff]*[\x00-\x7f])(?=\x12|\x18)/g;
/** That a token was used is written a while after the answer; seconds pass while one of the two is slower. */
const USED = /("used":)(?:null|"<time>")/g;
const AGE = /("age_s":|: wait )\d+/g;
/** A digest of what was drawn. */
const TAG = /(?:W\/)?"[\w.:-]{8,}"/g;

/** Gives what is drawn a name by its first appearance, so that the same thing is the same name. */
export class Names {
  #names = new Map();

  #name(kind, text) {
    if (!this.#names.has(text)) this.#names.set(text, `<${kind} ${this.#names.size + 1}>`);
    return this.#names.get(text);
  }

  in(text) {
    return text.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:0').replace(DRAWN, (found) =>
      (/^\d{4}-\d\d-\d\dT/.test(found) ? '<time>' : this.#name('drawn', found))).replace(USED, '$1"<once>"').replace(AGE, '$1"<seconds>"');
  }

  inTile(text) {
    return text.replace(NUMBER, (_, before, number) => before + this.#name('number', `number ${number}`));
  }

  inTag(text) {
    return text.replace(TAG, (found) => this.#name('tag', found));
  }
}

/** What of an answer must be the same; a name for each thing that is drawn, if they are given. */
export function essence(answer, names) {
  const headers = {};
  const drawn = names !== undefined;
  let body = answer.body.toString('latin1');
  const id = answer.headers['jalon-request-id'];
  if (id) body = body.replaceAll(id, '<request>');
  if (drawn) body = names.in(body);
  if (drawn && answer.headers['content-type'] === 'application/vnd.mapbox-vector-tile') body = names.inTile(body);
  for (const [name, value] of Object.entries(answer.headers)) {
    if (OWN.has(name)) continue;
    // Lengths of what is drawn are drawn too: of times, of what is compressed.
    if (drawn && name === 'content-length') continue;
    if (drawn && /^retry-after$/i.test(name)) {
      headers[name] = value.replace(/^\d+$/, '<seconds>');
      continue;
    }
    headers[name] = !drawn ? value : names.in(/^etag$/i.test(name) ? names.inTag(value) : value);
  }
  return { status: answer.status, headers, body };
}

/** Null when they are the same, else words that say where they part. */
export function difference(one, other) {
  if (one.status !== other.status) return `status ${one.status}, ${other.status}: ${one.body.slice(0, 300)} | ${other.body.slice(0, 300)}`;
  for (const name of new Set([...Object.keys(one.headers), ...Object.keys(other.headers)])) {
    if (one.headers[name] !== other.headers[name]) return `${name}: ${one.headers[name]} | ${other.headers[name]}`;
  }
  if (one.body === other.body) return null;
  let at = 0;
  while (one.body[at] === other.body[at]) at++;
  const shown = (text) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 120));
  return `body at ${at} of ${one.body.length}, ${other.body.length}: ${shown(one.body)} | ${shown(other.body)}`;
}
