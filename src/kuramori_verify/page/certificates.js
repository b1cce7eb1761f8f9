// X.509 certificates (RFC 5280) as far as time stamps need them: who signed whom, for what, and when.

const CONSTRAINTS = "2.5.29.19", KEY_USAGE = "2.5.29.15", PURPOSES = "2.5.29.37", COMMON_NAME = "2.5.4.3";
// May be critical and change nothing here: policies, other names, key identifiers, where to find revocations.
const HARMLESS = ["2.5.29.32", "2.5.29.17", "2.5.29.18", "2.5.29.14", "2.5.29.35", "2.5.29.31", CONSTRAINTS, KEY_USAGE, PURPOSES];
const SIGNS_CERTIFICATES = 0x04, SIGNS_CONTENT = 0xc0;
const MAX_CERTIFICATES = 16, MAX_CHAIN = 8, MAX_PEM = 1 << 20;
const DECODERS = { 0x0c: "utf-8", 0x13: "ascii", 0x14: "latin1", 0x16: "ascii", 0x1c: "utf-32be", 0x1e: "utf-16be" };

function nameText({ tag, content }) {
  const codec = DECODERS[tag];
  if (!codec || !content.length) throw new FormError("a name holds what is no text");
  const points = codec === "utf-32be" ? content.length % 4 === 0 && Array.from({ length: content.length / 4 }, (_, i) => Number(big(content.subarray(4 * i, 4 * i + 4)))) : [...content];
  const isText = codec === "utf-32be" ? points && points.every((each) => each < 0x110000 && (each < 0xd800 || each > 0xdfff)) : codec !== "ascii" || points.every((each) => each < 128);
  if (!isText) throw new FormError("a name holds what is no text");
  if (codec !== "utf-8" && codec !== "utf-16be") return String.fromCodePoint(...points);
  try {
    return new TextDecoder(codec, { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new FormError("a name holds what is no text");
  }
}

function nameParts(name) {
  const parts = [];
  for (const relative of inside(name).rest(SET)) {
    for (const pair of inside(relative).rest(SEQUENCE)) {
      const members = inside(pair);
      parts.push([derOid(members.take(OID)), nameText(members.take())]);
      members.end();
    }
  }
  return parts;
}

function readCertificate(raw) {
  const outer = inside(readDer(raw, SEQUENCE)), signed = outer.take(SEQUENCE), algorithm = outer.take(SEQUENCE), signature = derBits(outer.take(BIT_STRING));
  outer.end();
  const members = inside(signed), version = members.maybe(0xa0);
  if (version && ![1n, 2n].includes(derInteger(readDer(version.content)))) throw new FormError("a certificate of an unknown version");
  const serial = derInteger(members.take(INTEGER));
  if (!equal(members.take(SEQUENCE).raw, algorithm.raw)) throw new FormError("a certificate names two signature algorithms");
  const issuer = members.take(SEQUENCE), period = inside(members.take(SEQUENCE)), subject = members.take(SEQUENCE);
  nameParts(issuer);
  const names = nameParts(subject).filter(([kind]) => kind === COMMON_NAME);
  const notBefore = derTime(period.take()), notAfter = derTime(period.take());
  period.end();
  const key = readPublicKey(members.take(SEQUENCE));
  members.maybe(0x81);
  members.maybe(0x82);
  const extensions = readExtensions(members.maybe(0xa3));
  members.end();
  const purposes = extensions.get(PURPOSES);
  return {
    raw, serial, issuer: issuer.raw, subject: subject.raw, notBefore, notAfter, key, signed: signed.raw, algorithm, signature,
    ...readConstraints(extensions.get(CONSTRAINTS)), usage: readUsage(extensions.get(KEY_USAGE)),
    purposes: purposes ? inside(readDer(purposes.value, SEQUENCE)).rest(OID).map(derOid) : null,
    arePurposesCritical: Boolean(purposes && purposes.isCritical),
    name: names.length ? names[names.length - 1][1] : "", fingerprint: hex(sha256(raw)),
  };
}

function readExtensions(outer) {
  const found = new Map();
  for (const each of outer ? inside(readDer(outer.content, SEQUENCE)).rest(SEQUENCE) : []) {
    const members = inside(each), name = derOid(members.take(OID)), critical = members.maybe(BOOLEAN);
    const isCritical = critical !== null && derBoolean(critical);
    if (found.has(name)) throw new FormError("a certificate has the same extension twice");
    if (isCritical && !HARMLESS.includes(name)) throw new UnknownError(`a certificate demands ${name}, which is not known here`);
    found.set(name, { isCritical, value: members.take(OCTET_STRING).content });
    members.end();
  }
  return found;
}

function readConstraints(extension) {
  if (!extension) return { isAuthority: false, pathLength: null };
  const members = inside(readDer(extension.value, SEQUENCE)), flag = members.maybe(BOOLEAN), length = members.maybe(INTEGER);
  members.end();
  return { isAuthority: flag !== null && derBoolean(flag), pathLength: length && derInteger(length) };
}

function readUsage(extension) {
  if (!extension) return null;
  const bits = readDer(extension.value, BIT_STRING).content;
  if (bits.length < 2 || bits.length > 3) throw new FormError("a certificate's key usage is malformed");
  return bits[1];
}

// The 1 to 16 certificates of a PEM file, each in DER.
function pemParts(raw) {
  const signs = Array.from(raw, (octet) => String.fromCharCode(octet)).join("");
  const found = [...signs.matchAll(/-----BEGIN CERTIFICATE-----[ \t\n\r\f\v]+([A-Za-z0-9+/= \t\n\r\f\v]+?)-----END CERTIFICATE-----/g)];
  if (!found.length || found.length > MAX_CERTIFICATES) throw new FormError(`1 to ${MAX_CERTIFICATES} certificates in PEM are expected`);
  return found.map(([, words]) => {
    try {
      return Uint8Array.from(atob(words.replace(/[ \t\n\r\f\v]/g, "")), (sign) => sign.charCodeAt(0));
    } catch {
      throw new FormError("PEM: not base64");
    }
  });
}

// Certificates whose methods are weak or unknown are left out: what no chain needs does no harm.
function readUsable(parts) {
  const read = [];
  let fault = null;
  for (const each of parts) {
    try {
      read.push(readCertificate(each));
    } catch (error) {
      if (!(error instanceof UnknownError || error instanceof WeakError)) throw error;
      fault = fault || error;
    }
  }
  return { read, fault };
}

const isRoot = (one) => one.isAuthority && equal(one.issuer, one.subject);
const isValidAt = (one, moment) => one.notBefore <= moment && moment <= one.notAfter;

// The root to which a chain of signatures leads, all valid at the moment; null when none does.
function rootAbove(one, others, roots, moment) {
  return climb(one, others.slice(0, MAX_CERTIFICATES), roots, moment, 0);
}

function climb(one, others, roots, moment, below) {
  if (!isValidAt(one, moment) || below > MAX_CHAIN) return null;
  for (const root of roots) if (isValidAt(root, moment) && hasIssued(root, one, below)) return root;
  for (const each of [...others]) {
    const place = others.indexOf(each);
    if (place < 0 || !hasIssued(each, one, below)) continue;
    others.splice(place, 1); // each is climbed once, so that hostile crowds of one name end soon
    const found = climb(each, others, roots, moment, below + 1);
    if (found) return found;
  }
  return null;
}

function hasIssued(issuer, one, below) {
  const may = issuer.isAuthority && (issuer.usage === null || issuer.usage & SIGNS_CERTIFICATES);
  const fits = equal(issuer.subject, one.issuer) && (issuer.pathLength === null || issuer.pathLength >= BigInt(below));
  if (!may || !fits) return false;
  const scheme = readScheme(one.algorithm);
  return scheme.digest !== null && signatureHolds(issuer.key, scheme, scheme.digest, one.signed, one.signature);
}
