// Strict reading of DER (ITU-T X.690): bytes that could be read in two ways are refused. Nothing recurses.

const BOOLEAN = 0x01, INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04, NULL = 0x05, OID = 0x06;
const GENERALIZED_TIME = 0x18, SEQUENCE = 0x30, SET = 0x31;

const big = (bytes) => (bytes.length ? BigInt(`0x${hex(bytes)}`) : 0n);

// Takes value after value, each {tag, content, raw}; every method throws FormError.
class DerReader {
  constructor(raw) {
    this.raw = raw;
    this.place = 0;
  }

  get isDone() {
    return this.place === this.raw.length;
  }

  take(tag = null) {
    if (this.isDone) throw new FormError("DER ends too early");
    const start = this.place, found = this.raw[start];
    if (tag !== null && found !== tag) throw new FormError(`DER: tag ${tag} is expected, not ${found}`);
    if ((found & 31) === 31) throw new FormError("DER: tags of more than one byte are not used here");
    const [begin, length] = this.length();
    if (begin + length > this.raw.length) throw new FormError("DER: a length goes beyond the end");
    this.place = begin + length;
    return { tag: found, content: this.raw.subarray(begin, this.place), raw: this.raw.subarray(start, this.place) };
  }

  maybe(tag) {
    return !this.isDone && this.raw[this.place] === tag ? this.take(tag) : null;
  }

  end() {
    if (!this.isDone) throw new FormError("DER: something follows the last member");
  }

  rest(tag = null) {
    const found = [];
    while (!this.isDone) found.push(this.take(tag));
    return found;
  }

  length() {
    const place = this.place + 1;
    if (place >= this.raw.length) throw new FormError("DER ends too early");
    const first = this.raw[place];
    if (first < 128) return [place + 1, first];
    const count = first - 128, octets = this.raw.subarray(place + 1, place + 1 + count);
    if (count < 1 || count > 4 || octets.length !== count || octets[0] === 0 || Number(big(octets)) < 128)
      throw new FormError("DER: a length is not in its only form");
    return [place + 1 + count, Number(big(octets))];
  }
}

const inside = (value) => new DerReader(value.content);

// One value that is all there is.
function readDer(raw, tag = null) {
  const reader = new DerReader(raw), found = reader.take(tag);
  reader.end();
  return found;
}

function derInteger(value) {
  const octets = value.content;
  if (value.tag !== INTEGER || !octets.length || octets.length > 2100) throw new FormError("DER: an integer is expected");
  if (octets.length > 1 && (octets[0] === 0 || octets[0] === 255) && (octets[0] ^ octets[1]) < 128)
    throw new FormError("DER: an integer is not in its only form");
  return BigInt.asIntN(octets.length * 8, big(octets));
}

function derBoolean(value) {
  if (value.tag !== BOOLEAN || value.content.length !== 1 || ![0, 255].includes(value.content[0])) throw new FormError("DER: a boolean is 00 or FF");
  return value.content[0] === 255;
}

// A string of whole bytes: a signature or a key.
function derBits(value) {
  if (value.tag !== BIT_STRING || value.content[0] !== 0) throw new FormError("DER: a string of whole bytes is expected");
  return value.content.subarray(1);
}

function derOid(value) {
  const octets = value.content;
  if (value.tag !== OID || !octets.length || octets.length > 64 || octets[octets.length - 1] & 128) throw new FormError("DER: an object identifier is expected");
  const arcs = [];
  let number = 0n, isFresh = true;
  for (const octet of octets) {
    if (isFresh && octet === 128) throw new FormError("DER: an object identifier is not in its only form");
    number = (number << 7n) | BigInt(octet & 127);
    isFresh = !(octet & 128);
    if (!isFresh) continue;
    arcs.push(number);
    number = 0n;
  }
  const top = arcs[0] < 80n ? arcs[0] / 40n : 2n;
  return [top, arcs[0] - 40n * top, ...arcs.slice(1)].join(".");
}

// A UTCTime (1950 to 2049) or GeneralizedTime in UTC, in microseconds since 1970.
function derTime(value) {
  let words = Array.from(value.content, (octet) => String.fromCharCode(octet)).join(""), fraction = "";
  const long = /^(\d{14})(?:\.(\d{0,8}[1-9]))?Z$/.exec(words);
  if (value.tag === 0x17 && /^\d{12}Z$/.test(words)) words = (Number(words.slice(0, 2)) < 50 ? "20" : "19") + words.slice(0, -1);
  else if (value.tag === GENERALIZED_TIME && long) [words, fraction] = [long[1], long[2] || ""];
  else throw new FormError("DER: a time in UTC is expected");
  const iso = words.replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6"), at = new Date(`${iso}Z`);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 19) !== iso || iso.startsWith("0000")) throw new FormError("DER: a time that no calendar has");
  return BigInt(at.getTime()) * 1000n + BigInt(`${fraction}000000`.slice(0, 6));
}
