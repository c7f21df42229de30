// SPDX-License-Identifier: AGPL-3.0-or-later
// A proof of work, for writing without an account while a map is under pressure (GET M/challenge): a
// nonce so that the SHA-256 of "<challenge>:<nonce>" begins with so many zero bits. A file of its own,
// fetched when the program asks for a proof. SHA-256 (FIPS 180-4) is written out here because browsers
// hash one text a task only, and none at all in a page that came without TLS.

const K = new Uint32Array(64);
const START = new Uint32Array(8);

/** The first 32 bits behind the point of the square and cube roots of primes (FIPS 180-4, 4.2.2, 5.3.3). */
function makeConstants(): void {
  const fraction = (value: number): number => ((value - Math.floor(value)) * 2 ** 32) | 0;
  for (let candidate = 2, found = 0; found < 64; candidate++) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) {
      isPrime &&= candidate % divisor !== 0;
    }
    if (isPrime) {
      K[found] = fraction(Math.cbrt(candidate));
      if (found < 8) {
        START[found] = fraction(Math.sqrt(candidate));
      }
      found += 1;
    }
  }
}

const w = new Uint32Array(64);

function rotate(value: number, by: number): number {
  return (value >>> by) | (value << (32 - by));
}

/** One block of 64 bytes into the state. */
function compress(state: Uint32Array, block: DataView, at: number): void {
  for (let i = 0; i < 16; i++) {
    w[i] = block.getUint32(at + i * 4);
  }
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15]!;
    const b = w[i - 2]!;
    w[i] = (w[i - 16]! + w[i - 7]! + (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) + (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10))) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0;
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

function beginsWithZeros(state: Uint32Array, bits: number): boolean {
  return bits <= 32 && (state[0]! >>> (32 - bits)) === 0;
}

// Between these the page answers its user.
const AT_ONCE = 4000;

/** What is sent as Jalon-Proof. */
export async function prove(challenge: string, bits: number): Promise<string> {
  makeConstants();
  // The blocks that are full before the nonce are the same for every nonce.
  const prefix = new TextEncoder().encode(`${challenge}:`);
  const full = Math.floor(prefix.length / 64) * 64;
  const begun = Uint32Array.from(START);
  for (let at = 0; at < full; at += 64) {
    compress(begun, new DataView(prefix.buffer), at);
  }
  const rest = new Uint8Array(128);
  const view = new DataView(rest.buffer);
  const state = new Uint32Array(8);
  for (let nonce = 0; ; nonce++) {
    const digits = String(nonce);
    let length = prefix.length - full;
    rest.fill(0).set(prefix.subarray(full));
    for (let i = 0; i < digits.length; i++) {
      rest[length++] = digits.charCodeAt(i);
    }
    // The padding (FIPS 180-4, 5.1.1).
    const end = length + 9 <= 64 ? 64 : 128;
    rest[length] = 0x80;
    view.setUint32(end - 4, (full + length) * 8);
    state.set(begun);
    for (let at = 0; at < end; at += 64) {
      compress(state, view, at);
    }
    if (beginsWithZeros(state, bits)) {
      return `${challenge}:${digits}`;
    }
    if (nonce % AT_ONCE === AT_ONCE - 1) {
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}
