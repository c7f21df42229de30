// SPDX-License-Identifier: AGPL-3.0-or-later
// Does an answer hold what a case expects? Differences as lines "where: what".

const WORDS = {
  '<any>': () => true,
  '<string>': (v) => typeof v === 'string',
  '<text>': (v) => typeof v === 'string' && v.length > 0,
  '<number>': (v) => typeof v === 'number',
  '<integer>': (v) => Number.isInteger(v),
  '<boolean>': (v) => typeof v === 'boolean',
  '<object>': (v) => v !== null && typeof v === 'object' && !Array.isArray(v),
  '<array>': (v) => Array.isArray(v),
  '<url>': (v) => typeof v === 'string' && /^https?:\/\/[^\s]+$/.test(v),
  '<uuid>': (v) =>
    typeof v === 'string' &&
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(v),
  '<time>': (v) =>
    typeof v === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(v) && !Number.isNaN(Date.parse(v)),
};

const OPERATORS = {
  $length: (v, n) => (Array.isArray(v) || typeof v === 'string' ? v.length : Object.keys(v ?? {}).length) === n,
  $regex: (v, r) => typeof v === 'string' && new RegExp(r, 'u').test(v),
  $absent: (v, yes) => (v === undefined) === yes,
  $gte: (v, n) => typeof v === 'number' && v >= n,
  $lte: (v, n) => typeof v === 'number' && v <= n,
  $near: (v, n) => typeof v === 'number' && Math.abs(v - n) < 1e-6,
  $not: (v, e) => differences(v, e).length > 0,
  $one_of: (v, list) => list.some((e) => differences(v, e).length === 0),
  /** each expected element is matched by some element, in any order */
  $contains: (v, list) => Array.isArray(v) && list.every((e) => v.some((x) => differences(x, e).length === 0)),
  /** no element matches */
  $lacks: (v, e) => Array.isArray(v) && !v.some((x) => differences(x, e).length === 0),
  $each: (v, e) => Array.isArray(v) && v.every((x) => differences(x, e).length === 0),
  $any_order: (v, list) => Array.isArray(v) && v.length === list.length && OPERATORS.$contains(v, list),
  $keys: (v, keys) => JSON.stringify(Object.keys(v ?? {})) === JSON.stringify(keys),
  /** a list that does not go down */
  $ascending: (v, yes) =>
    Array.isArray(v) && v.every((x, i) => i === 0 || (v[i - 1] <= x)) === yes,
};

function shown(value) {
  const text = JSON.stringify(value);
  return text === undefined ? 'nothing' : text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function isOperator(expected) {
  const keys = Object.keys(expected);
  return keys.length > 0 && keys.every((key) => key.startsWith('$'));
}

/**
 * Objects: every expected member, others may be there. Arrays: the same length, element by element.
 * `{"$operator": …}` and "<word>" are matchers; everything else must be equal.
 */
export function differences(actual, expected, where = '') {
  if (typeof expected === 'string' && expected in WORDS) {
    return actual !== undefined && WORDS[expected](actual)
      ? [] : [`${where || '/'}: ${shown(actual)} is not ${expected}`];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return [`${where || '/'}: ${shown(actual)} is not a list of ${expected.length}`];
    }
    return expected.flatMap((e, i) => differences(actual[i], e, `${where}/${i}`));
  }
  if (expected !== null && typeof expected === 'object') {
    if (isOperator(expected)) {
      return Object.entries(expected).flatMap(([name, argument]) => {
        if (!(name in OPERATORS)) throw new Error(`unknown matcher ${name}`);
        return OPERATORS[name](actual, argument)
          ? [] : [`${where || '/'}: ${shown(actual)} does not fit ${name} ${shown(argument)}`];
      });
    }
    if (actual === null || typeof actual !== 'object' || Array.isArray(actual)) {
      return [`${where || '/'}: ${shown(actual)} is not an object`];
    }
    return Object.entries(expected).flatMap(([key, e]) =>
      differences(actual[key], e, `${where}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`));
  }
  return Object.is(actual, expected)
    ? [] : [`${where || '/'}: ${shown(actual)} is not ${shown(expected)}`];
}

/** The value at a JSON Pointer; `*` in it gathers from every element. */
export function pointer(value, path) {
  const steps = path.split('/').slice(1).map((s) => s.replace(/~1/g, '/').replace(/~0/g, '~'));
  let values = [value];
  let many = false;
  for (const step of steps) {
    if (step === '*') {
      many = true;
      values = values.flatMap((v) => (Array.isArray(v) ? v : []));
    } else {
      values = values.map((v) => (v === null || v === undefined ? undefined : v[step]));
    }
  }
  return many ? values : values[0];
}

/** Header expectations: a string is exact, null says absent, {"$regex": …} and words as above. */
export function headerDifferences(headers, expected) {
  return Object.entries(expected).flatMap(([name, e]) => {
    const actual = headers[name.toLowerCase()];
    if (e === null) return actual === undefined ? [] : [`header ${name}: ${shown(actual)} should be absent`];
    return differences(actual, e, `header ${name}`);
  });
}
