// RSA (PKCS #1 v1.5 and PSS, RFC 8017) and ECDSA (FIPS 186-5; P-256, P-384, P-521), verifying only. In plain JavaScript:
// not every browser gives a page from a disk its own cryptography, and all must come to the same verdict.

class WeakError extends Error {}
class UnknownError extends FormError {}

const DIGESTS = { sha256: (bytes) => sha256(bytes), sha384, sha512 };
const HASHES = { "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512" };
const WEAK = {
  "1.2.840.113549.2.5": "MD5", "1.3.14.3.2.26": "SHA-1", "1.2.840.113549.1.1.4": "MD5",
  "1.2.840.113549.1.1.5": "SHA-1", "1.2.840.10045.4.1": "SHA-1",
};
const RSA_KEY = "1.2.840.113549.1.1.1", RSA_PSS = "1.2.840.113549.1.1.10", MGF1 = "1.2.840.113549.1.1.8", EC_KEY = "1.2.840.10045.2.1";
const SCHEMES = {
  "1.2.840.113549.1.1.11": { kind: "rsa", digest: "sha256" }, "1.2.840.113549.1.1.12": { kind: "rsa", digest: "sha384" },
  "1.2.840.113549.1.1.13": { kind: "rsa", digest: "sha512" }, "1.2.840.10045.4.3.2": { kind: "ecdsa", digest: "sha256" },
  "1.2.840.10045.4.3.3": { kind: "ecdsa", digest: "sha384" }, "1.2.840.10045.4.3.4": { kind: "ecdsa", digest: "sha512" },
  [RSA_KEY]: { kind: "rsa", digest: null }, [EC_KEY]: { kind: "ecdsa", digest: null },
};

const curve = (size, p, b, n, x, y) => ({ size, p, b: BigInt(`0x${b}`), n: BigInt(`0x${n}`), x: BigInt(`0x${x}`), y: BigInt(`0x${y}`) });
const CURVES = {
  "1.2.840.10045.3.1.7": curve(
    32, 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
  "1.3.132.0.34": curve(
    48, 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
    "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"),
  "1.3.132.0.35": curve(
    66, 2n ** 521n - 1n,
    "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
    "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    "c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
    "11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650"),
};

const mod = (number, p) => ((number % p) + p) % p;

function powerOf(base, exponent, p) {
  let result = 1n;
  for (base = mod(base, p); exponent; exponent >>= 1n, base = (base * base) % p) if (exponent & 1n) result = (result * base) % p;
  return result;
}

const bitsOf = (number) => (number ? number.toString(2).length : 0);
const bytesOf = (number, size) => unhex(number.toString(16).padStart(size * 2, "0"));
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

// An algorithm that takes no parameters, or NULL.
function plainName(members) {
  const name = derOid(members.take(OID));
  if (name in WEAK) throw new WeakError(WEAK[name]);
  if (name in HASHES || name in SCHEMES) {
    const nothing = members.maybe(NULL);
    members.end();
    if (nothing && nothing.content.length) throw new FormError("NULL with content");
  }
  return name;
}

function hashNamed(algorithm) {
  const name = plainName(inside(algorithm));
  if (!(name in HASHES)) throw new UnknownError(`the hash ${name} is not known`);
  return HASHES[name];
}

function readScheme(algorithm) {
  const members = inside(algorithm);
  if (derOid(members.take(OID)) === RSA_PSS) {
    const named = members.maybe(SEQUENCE);
    members.end();
    return readPss(named ? inside(named) : new DerReader(new Uint8Array(0)));
  }
  const name = plainName(inside(algorithm));
  if (!(name in SCHEMES)) throw new UnknownError(`the signature algorithm ${name} is not known`);
  return { ...SCHEMES[name], salt: 0 };
}

// PSS names its hash twice and the length of its salt; what it leaves out would be SHA-1.
function readPss(members) {
  const [first, second, third] = [members.maybe(0xa0), members.maybe(0xa1), members.maybe(0xa2)];
  if (!first || !second) throw new WeakError("SHA-1");
  const digest = hashNamed(readDer(first.content, SEQUENCE)), mask = inside(readDer(second.content, SEQUENCE));
  if (derOid(mask.take(OID)) !== MGF1 || hashNamed(mask.take(SEQUENCE)) !== digest) throw new FormError("PSS: the mask is made with another hash");
  const salt = third ? derInteger(readDer(third.content, INTEGER)) : 20n;
  if (salt < 0n || salt > BigInt(DIGESTS[digest](new Uint8Array(0)).length)) throw new FormError("PSS: the salt is longer than the hash");
  return { kind: "pss", digest, salt: Number(salt) };
}

function readPublicKey(info) {
  const members = inside(info), algorithm = inside(members.take(SEQUENCE)), bits = derBits(members.take());
  members.end();
  const name = derOid(algorithm.take(OID));
  if (name === RSA_KEY || name === RSA_PSS) return readRsaKey(bits);
  if (name !== EC_KEY) throw new UnknownError(`the key type ${name} is not known`);
  const curveName = derOid(algorithm.take(OID)), on = CURVES[curveName];
  if (!on) throw new UnknownError(`the curve ${curveName} is not known`);
  if (bits[0] !== 4 || bits.length !== 1 + 2 * on.size) throw new FormError("not a plain point on P-256, P-384 or P-521");
  const x = big(bits.subarray(1, 1 + on.size)), y = big(bits.subarray(1 + on.size));
  if (x >= on.p || y >= on.p || mod(y * y - (x * x * x - 3n * x + on.b), on.p)) throw new FormError("the key is no point on its curve");
  return { curve: on, x, y };
}

function readRsaKey(bits) {
  const members = inside(readDer(bits, SEQUENCE)), modulus = derInteger(members.take(INTEGER)), exponent = derInteger(members.take(INTEGER));
  members.end();
  if (modulus < 2n ** 2047n) throw new WeakError(`RSA ${bitsOf(modulus > 0n ? modulus : 0n)}`);
  if (bitsOf(modulus) > 16384 || exponent < 3n || exponent >= 2n ** 32n || !(modulus & 1n)) throw new FormError("an RSA key beyond all measure");
  return { modulus, exponent, size: Math.ceil(bitsOf(modulus) / 8) };
}

// Whether `signature` over `signed` is the key's; `digest` is what its surroundings name.
function signatureHolds(key, scheme, digest, signed, signature) {
  if (scheme.digest !== null && scheme.digest !== digest) throw new FormError(`signed with ${scheme.digest}, but ${digest} is named`);
  const hashed = DIGESTS[digest](signed);
  if (key.curve) return scheme.kind === "ecdsa" && ecdsaHolds(key, hashed, signature);
  const number = big(signature);
  if (signature.length !== key.size || number >= key.modulus || scheme.kind === "ecdsa") return false;
  const opened = bytesOf(powerOf(number, key.exponent, key.modulus), key.size);
  if (scheme.kind === "pss") return pssHolds(opened, bitsOf(key.modulus) - 1, digest, hashed, scheme.salt);
  return equal(opened, pkcs1Padded(digest, hashed, key.size));
}

// There is one right padding, and it is compared whole.
function pkcs1Padded(digest, hashed, size) {
  const last = { sha256: 1, sha384: 2, sha512: 3 }[digest], length = hashed.length;
  const info = joined([0x30, 17 + length, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 101, 3, 4, 2, last, 5, 0, 4, length], hashed);
  return joined([0, 1], new Uint8Array(size - info.length - 3).fill(255), [0], info);
}

// EMSA-PSS-VERIFY (RFC 8017, 9.1.2).
function pssHolds(opened, bits, digest, hashed, salt) {
  const size = Math.ceil(bits / 8), length = hashed.length, encoded = opened.subarray(opened.length - size);
  if (opened.subarray(0, opened.length - size).some(Boolean) || size < length + salt + 2 || encoded[size - 1] !== 0xbc) return false;
  const masked = encoded.subarray(0, size - length - 1), proof = encoded.subarray(size - length - 1, size - 1), unused = 8 * size - bits;
  if (masked[0] >> (8 - unused)) return false;
  const block = Uint8Array.from(masked);
  for (let place = 0, counter = 0; place < block.length; place += length, counter++) {
    const mask = DIGESTS[digest](joined(proof, [0, 0, counter >> 8, counter & 255]));
    for (let i = 0; i < length && place + i < block.length; i++) block[place + i] ^= mask[i];
  }
  block[0] &= 255 >> unused;
  const padding = block.length - salt - 1;
  if (block.subarray(0, padding).some(Boolean) || block[padding] !== 1) return false;
  return equal(DIGESTS[digest](joined(new Uint8Array(8), hashed, block.subarray(padding + 1))), proof);
}

// FIPS 186-5, 6.4.2.
function ecdsaHolds({ curve: on, x, y }, hashed, signature) {
  const members = inside(readDer(signature, SEQUENCE)), r = derInteger(members.take(INTEGER)), s = derInteger(members.take(INTEGER));
  members.end();
  if (r <= 0n || r >= on.n || s <= 0n || s >= on.n) return false;
  const number = big(hashed) >> BigInt(Math.max(0, 8 * hashed.length - bitsOf(on.n))), inverse = powerOf(s, on.n - 2n, on.n);
  const [sumX, , z] = twiceTimes(on, mod(number * inverse, on.n), mod(r * inverse, on.n), [x, y, 1n]);
  return z !== 0n && mod(mod(sumX * powerOf(z * z, on.p - 2n, on.p), on.p), on.n) === r;
}

// First times the base point plus second times the other (Shamir's trick); points are Jacobian.
function twiceTimes(on, first, second, other) {
  const base = [on.x, on.y, 1n], both = added(on, base, other);
  let total = [0n, 1n, 0n];
  for (let place = BigInt(Math.max(bitsOf(first), bitsOf(second)) - 1); place >= 0n; place--) {
    total = doubled(on, total);
    const one = (first >> place) & 1n, two = (second >> place) & 1n;
    if (one || two) total = added(on, total, one && two ? both : one ? base : other);
  }
  return total;
}

function doubled({ p }, [x, y, z]) {
  if (!z || !y) return [0n, 1n, 0n];
  const delta = (z * z) % p, gamma = (y * y) % p, beta = (x * gamma) % p, alpha = mod(3n * (x - delta) * (x + delta), p);
  const newX = mod(alpha * alpha - 8n * beta, p);
  return [newX, mod(alpha * (4n * beta - newX) - 8n * gamma * gamma, p), (2n * y * z) % p];
}

function added(on, one, two) {
  if (!one[2] || !two[2]) return one[2] ? one : two;
  const { p } = on, z1 = (one[2] * one[2]) % p, z2 = (two[2] * two[2]) % p, u1 = (one[0] * z2) % p, s1 = (((one[1] * two[2]) % p) * z2) % p;
  const h = mod(two[0] * z1 - u1, p), r = mod(((two[1] * one[2]) % p) * z1 - s1, p);
  if (!h) return r ? [0n, 1n, 0n] : doubled(on, one);
  const h2 = (h * h) % p, h3 = (h * h2) % p, v = (u1 * h2) % p, x = mod(r * r - h3 - 2n * v, p);
  return [x, mod(r * (v - x) - s1 * h3, p), (((h * one[2]) % p) * two[2]) % p];
}
