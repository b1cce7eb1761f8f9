// SHA-256, SHA-384 and SHA-512 (FIPS 180-4) and Ed25519 (RFC 8032), in plain JavaScript: a page opened from a disk may have no
// other, and a file of gigabytes has to be hashed piece by piece. Verification only, on public data.

const primes = (count) => {
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p)) found.push(n);
  return found;
};

// The first `bits` of the fraction of the root of a prime: exact, by searching the integer root.
function fraction(prime, degree, bits) {
  const wanted = BigInt(prime) << BigInt(bits * degree);
  let low = 0n, high = 1n << BigInt(bits + 8);
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= wanted) low = middle; else high = middle;
  }
  return low & ((1n << BigInt(bits)) - 1n);
}

const K256 = Int32Array.from(primes(64), (p) => Number(fraction(p, 3, 32)));
const START256 = Int32Array.from(primes(8), (p) => Number(fraction(p, 2, 32)));

class Sha256 {
  constructor() {
    this.state = START256.slice();
    this.block = new Uint8Array(64);
    this.filled = 0;
    this.length = 0;
    this.words = new Int32Array(64);
  }

  update(bytes) {
    this.length += bytes.length;
    let place = 0;
    if (this.filled) {
      place = Math.min(64 - this.filled, bytes.length);
      this.block.set(bytes.subarray(0, place), this.filled);
      this.filled += place;
      if (this.filled < 64) return this;
      this.round(this.block, 0);
      this.filled = 0;
    }
    for (; place + 64 <= bytes.length; place += 64) this.round(bytes, place);
    this.block.set(bytes.subarray(place));
    this.filled = bytes.length - place;
    return this;
  }

  round(bytes, place) {
    const w = this.words;
    for (let i = 0; i < 16; i++, place += 4)
      w[i] = (bytes[place] << 24) | (bytes[place + 1] << 16) | (bytes[place + 2] << 8) | bytes[place + 3];
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = this.state;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    const s = this.state;
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
  }

  digest() {
    const bits = this.length * 8, tail = new Uint8Array((this.filled < 56 ? 64 : 128) - this.filled);
    tail[0] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(tail.length - 4, bits >>> 0);
    this.update(tail);
    const out = new DataView(new ArrayBuffer(32));
    this.state.forEach((word, i) => out.setInt32(i * 4, word));
    return new Uint8Array(out.buffer);
  }
}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), new Sha256()).digest();

const MASK64 = (1n << 64n) - 1n;
const K512 = primes(80).map((p) => fraction(p, 3, 64));
const START512 = primes(8).map((p) => fraction(p, 2, 64));
const START384 = primes(16).slice(8).map((p) => fraction(p, 2, 64));
const turned = (x, n) => ((x >> n) | (x << (64n - n))) & MASK64;

function sha512(bytes, start = START512) {
  const padded = new Uint8Array(Math.ceil((bytes.length + 17) / 128) * 128);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, bytes.length * 8);
  const view = new DataView(padded.buffer);
  const state = start.slice();
  for (let place = 0; place < padded.length; place += 128) {
    const w = [];
    for (let i = 0; i < 16; i++) w.push(view.getBigUint64(place + i * 8));
    for (let i = 16; i < 80; i++) {
      const x = w[i - 15], y = w[i - 2];
      const s0 = turned(x, 1n) ^ turned(x, 8n) ^ (x >> 7n), s1 = turned(y, 19n) ^ turned(y, 61n) ^ (y >> 6n);
      w.push((w[i - 16] + s0 + w[i - 7] + s1) & MASK64);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i++) {
      const s1 = turned(e, 14n) ^ turned(e, 18n) ^ turned(e, 41n);
      const one = (h + s1 + ((e & f) ^ (~e & MASK64 & g)) + K512[i] + w[i]) & MASK64;
      const s0 = turned(a, 28n) ^ turned(a, 34n) ^ turned(a, 39n);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) & MASK64;
      h = g; g = f; f = e; e = (d + one) & MASK64; d = c; c = b; b = a; a = (one + two) & MASK64;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] = (state[i] + word) & MASK64; });
  }
  const out = new DataView(new ArrayBuffer(64));
  state.forEach((word, i) => out.setBigUint64(i * 8, word));
  return new Uint8Array(out.buffer);
}

const sha384 = (bytes) => sha512(bytes, START384).subarray(0, 48);

const FIELD = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const modulo = (n) => ((n % FIELD) + FIELD) % FIELD;

function power(base, exponent) {
  let result = 1n;
  for (base = modulo(base); exponent; exponent >>= 1n, base = (base * base) % FIELD)
    if (exponent & 1n) result = (result * base) % FIELD;
  return result;
}

const CURVE_D = modulo(-121665n * power(121666n, FIELD - 2n));
const ROOT_OF_MINUS_ONE = power(2n, (FIELD - 1n) / 4n);
const NEUTRAL = [0n, 1n, 1n, 0n];

const little = (bytes) => bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);

// Decode a point (section 5.1.3); null when it is not one, or not written in its only way.
function point(raw) {
  const number = little(raw), sign = number >> 255n, y = number & (2n ** 255n - 1n);
  if (y >= FIELD) return null;
  const above = modulo(y * y - 1n), below = modulo(CURVE_D * y * y + 1n);
  let x = modulo(above * power(below, 3n) * power(above * power(below, 7n), (FIELD - 5n) / 8n));
  if (modulo(below * x * x - above)) x = modulo(x * ROOT_OF_MINUS_ONE);
  if (modulo(below * x * x - above) || (!x && sign)) return null;
  if ((x & 1n) !== sign) x = FIELD - x;
  return [x, y, 1n, modulo(x * y)];
}

function plus([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = modulo((y1 - x1) * (y2 - x2)), b = modulo((y1 + x1) * (y2 + x2));
  const c = modulo(2n * t1 * t2 * CURVE_D), d = modulo(2n * z1 * z2);
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return [modulo(e * f), modulo(g * h), modulo(f * g), modulo(e * h)];
}

function times(scalar, base) {
  let total = NEUTRAL;
  for (; scalar; scalar >>= 1n, base = plus(base, base)) if (scalar & 1n) total = plus(total, base);
  return total;
}

const same = (one, other) =>
  !modulo(one[0] * other[2] - other[0] * one[2]) && !modulo(one[1] * other[2] - other[1] * one[2]);

const BASE_POINT = point(Uint8Array.from({ length: 32 }, (_, i) => Number((modulo(4n * power(5n, FIELD - 2n)) >> BigInt(8 * i)) & 255n)));

// Strict, as the Python verifier is: canonical points, S below the group order, no key of small order.
function ed25519Verifies(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const a = point(key), r = point(signature.subarray(0, 32)), s = little(signature.subarray(32));
  if (!a || !r || s >= ORDER || same(times(8n, a), NEUTRAL)) return false;
  const hashed = new Uint8Array(64 + message.length);
  hashed.set(signature.subarray(0, 32));
  hashed.set(key, 32);
  hashed.set(message, 64);
  return same(times(s, BASE_POINT), plus(r, times(little(sha512(hashed)) % ORDER, a)));
}
