// Time stamps by a third party (RFC 3161): a signed statement that some bytes existed at a time. Read strictly as DER;
// the members of a SET come in any order, as OpenSSL has it too.

const SIGNED_DATA = "1.2.840.113549.1.7.2", STAMP_INFO = "1.2.840.113549.1.9.16.1.4", STAMPS_TIME = "1.3.6.1.5.5.7.3.8";
const CONTENT_TYPE = "1.2.840.113549.1.9.3", MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const NAMES_SIGNER = "1.2.840.113549.1.9.16.2.47", NAMES_SIGNER_BY_SHA1 = "1.2.840.113549.1.9.16.2.12";
const MAX_TOKEN = 1 << 20, MAX_STAMPED = 64 * 2 ** 20, APART = 600000000n; // microseconds: clocks may differ by ten minutes
const HEAD_STAMP = /^data\/tokens\/[a-z0-9][a-z0-9-]{0,39}\.tsr$/, CHAIN_FILE = /^data\/tokens\/[a-z0-9][a-z0-9-]{0,39}\.pem$/;

class TokenError extends Error {
  constructor(code, detail = null) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

function expectOid(value, name) {
  const found = derOid(value);
  if (found !== name) throw new FormError(`${name} is expected, not ${found}`);
}

// Check a reply over `content` in every respect, at the token's own time. Throws TokenError with the first fault.
function checkToken(raw, content, roots, between) {
  let moment, certificate, root;
  try {
    const { info: statement, certificates, signer } = readReply(raw), info = readInfo(statement);
    if (!equal(DIGESTS[info.digest](content), info.imprint)) throw new TokenError("token.other_data");
    moment = info.moment;
    certificate = certificates.find((each) => isSigner(each, signer));
    if (!certificate) throw new TokenError("token.certificate_wrong", "the signer's certificate is not there");
    checkSigned(signer, certificate, statement);
    checkPurpose(signer, certificate);
    if (!isValidAt(certificate, moment)) throw new TokenError("token.expired", `${dayOf(certificate.notBefore)} - ${dayOf(certificate.notAfter)}`);
    root = rootAbove(certificate, [...certificates, ...between], roots, moment);
  } catch (error) {
    if (error instanceof WeakError) throw new TokenError("token.weak", error.message);
    if (error instanceof FormError) throw new TokenError("token.malformed", error.message);
    throw error;
  }
  if (!root) throw new TokenError("token.chain_broken", certificate.name);
  return { moment, signer: certificate, root };
}

const isSigner = (certificate, signer) => equal(certificate.issuer, signer.issuer) && certificate.serial === signer.serial;
const momentText = (moment) => new Date(Number(moment / 1000n)).toISOString();
const dayOf = (moment) => momentText(moment).slice(0, 10);

function readReply(raw) {
  const reply = inside(readDer(raw, SEQUENCE)), status = derInteger(inside(reply.take(SEQUENCE)).take(INTEGER));
  if (status !== 0n && status !== 1n) throw new TokenError("token.not_granted", status);
  const outer = inside(reply.take(SEQUENCE));
  reply.end();
  expectOid(outer.take(OID), SIGNED_DATA);
  const signed = inside(readDer(outer.take(0xa0).content, SEQUENCE));
  outer.end();
  if (![1n, 3n, 4n, 5n].includes(derInteger(signed.take(INTEGER)))) throw new FormError("signed data of an unknown version");
  const digests = inside(signed.take(SET)).rest(SEQUENCE).map(hashNamed), content = inside(signed.take(SEQUENCE));
  expectOid(content.take(OID), STAMP_INFO);
  const info = readDer(content.take(0xa0).content, OCTET_STRING).content;
  content.end();
  const sent = signed.maybe(0xa0);
  signed.maybe(0xa1);
  const signers = inside(signed.take(SET)).rest(SEQUENCE);
  signed.end();
  if (signers.length !== 1) throw new FormError(`${signers.length} signers`);
  const signer = readSigner(inside(signers[0]));
  if (!digests.includes(signer.digest)) throw new FormError("the signer's hash is not among those named");
  return { info, certificates: sentCertificates(sent, signer), signer };
}

// One beside the signer's whose methods are weak or unknown is left out.
function sentCertificates(sent, signer) {
  const found = sent ? inside(sent).rest(SEQUENCE) : [];
  if (found.length > MAX_CERTIFICATES) throw new FormError(`${found.length} certificates`);
  const { read, fault } = readUsable(found.map((each) => each.raw));
  if (fault && !read.some((each) => isSigner(each, signer))) throw fault;
  return read;
}

function readSigner(members) {
  if (derInteger(members.take(INTEGER)) !== 1n) throw new FormError("a signer of an unknown version");
  const number = inside(members.take(SEQUENCE)), issuer = number.take(SEQUENCE).raw, serial = derInteger(number.take(INTEGER));
  number.end();
  const digest = hashNamed(members.take(SEQUENCE)), signed = members.take(0xa0), scheme = readScheme(members.take(SEQUENCE));
  const signature = members.take(OCTET_STRING).content, attributes = new Map();
  members.maybe(0xa1);
  members.end();
  for (const each of inside(signed).rest(SEQUENCE)) {
    const pair = inside(each), name = derOid(pair.take(OID)), values = inside(pair.take(SET));
    if (attributes.has(name)) throw new FormError("the same signed attribute twice");
    attributes.set(name, values.take());
    values.end();
    pair.end();
  }
  // Signed as a SET, sent under a tag of its own (RFC 5652, 5.4).
  return { issuer, serial, digest, attributes, signed: joined([SET], signed.raw.subarray(1)), scheme, signature };
}

function readInfo(raw) {
  const members = inside(readDer(raw, SEQUENCE));
  if (derInteger(members.take(INTEGER)) !== 1n) throw new FormError("a time stamp of an unknown version");
  derOid(members.take(OID));
  const sealed = inside(members.take(SEQUENCE)), digest = hashNamed(sealed.take(SEQUENCE)), imprint = sealed.take(OCTET_STRING).content;
  sealed.end();
  derInteger(members.take(INTEGER));
  const moment = derTime(members.take(GENERALIZED_TIME));
  [SEQUENCE, BOOLEAN, INTEGER, 0xa0].forEach((tag) => members.maybe(tag));
  const extensions = members.maybe(0xa1);
  for (const each of extensions ? inside(extensions).rest(SEQUENCE) : []) {
    const parts = inside(each), name = derOid(parts.take(OID)), critical = parts.maybe(BOOLEAN);
    if (critical && derBoolean(critical)) throw new FormError(`a time stamp demands ${name}, which is not known here`);
  }
  members.end();
  return { digest, imprint, moment };
}

// The statement is hashed into the signed attributes, and they are signed.
function checkSigned(signer, certificate, statement) {
  const type = signer.attributes.get(CONTENT_TYPE), digest = signer.attributes.get(MESSAGE_DIGEST);
  if (!type || !digest) throw new FormError("the signed attributes lack type or digest");
  expectOid(type, STAMP_INFO);
  if (digest.tag !== OCTET_STRING || !equal(digest.content, DIGESTS[signer.digest](statement))) throw new TokenError("token.signature_wrong", "message digest");
  if (!signatureHolds(certificate.key, signer.scheme, signer.digest, signer.signed, signer.signature)) throw new TokenError("token.signature_wrong");
}

// The certificate serves time stamps alone and says so critically (RFC 3161, 2.3); the signature names it.
function checkPurpose(signer, certificate) {
  const { purposes, usage } = certificate;
  if (!purposes || purposes.length !== 1 || purposes[0] !== STAMPS_TIME || !certificate.arePurposesCritical)
    throw new TokenError("token.certificate_wrong", "not for time stamps alone");
  if (usage !== null && !(usage & SIGNS_CONTENT)) throw new TokenError("token.certificate_wrong", "not for signatures");
  const named = signer.attributes.get(NAMES_SIGNER);
  if (!named && signer.attributes.has(NAMES_SIGNER_BY_SHA1)) throw new WeakError("signingCertificate by SHA-1");
  if (!named) throw new TokenError("token.certificate_wrong", "the signature does not name it");
  const first = inside(inside(inside(named).take(SEQUENCE)).take(SEQUENCE)), algorithm = first.maybe(SEQUENCE);
  const digest = algorithm ? hashNamed(algorithm) : "sha256";
  if (!equal(first.take(OCTET_STRING).content, DIGESTS[digest](certificate.raw))) throw new TokenError("token.certificate_wrong", "the signature names another");
}

// Every time stamp that is there is checked; one that was due and is not there is named.
async function checkStamps(source, due, findings) {
  const checked = [], folders = ["data/tokens/", "tokens/"], owed = due.map((item) => item.authority);
  const slugOf = (name) => name.slice(name.lastIndexOf("/") + 1).replace(/\.(tsr|pem)$/, "");
  for (const name of source.files.keys()) {
    if (HEAD_STAMP.test(name)) checked.push(await checkedStamp(source, name, CHECKPOINT, findings));
    else if (STAMP_FILE.test(name)) checked.push(await checkedStamp(source, name, TAGS, findings));
    else if (folders.some((folder) => name.startsWith(folder))) {
      const slug = slugOf(name), serves = folders.some((folder) => source.files.has(`${folder}${slug}.tsr`)) || owed.includes(slug);
      if (CHAIN_FILE.test(name) && serves) await chainBeside(source, name, findings);
      else findings.add("bundle.file_unknown", name);
    }
  }
  for (const item of due)
    for (const [what, folder] of [["checkpoint", folders[0]], ["tag_manifest", folders[1]]]) {
      const name = `${folder}${item.authority}.tsr`;
      if (item.due.includes(what) && !source.files.has(name)) findings.add("token.missing", name, { record: item.name });
    }
  return checked.filter(Boolean);
}

async function checkedStamp(source, file, over, findings) {
  if (!source.files.has(over)) return null; // that it is missing is found elsewhere
  try {
    const chain = await chainBeside(source, file, findings), trusted = chain.filter(isRoot);
    if (!trusted.length) {
      findings.add("token.root_missing", file);
      return null;
    }
    const raw = await source.read(file, MAX_TOKEN), { moment, signer, root } = checkToken(raw, await source.read(over, MAX_STAMPED), trusted, chain);
    findings.add("limit.root_from_bundle", file, { record: root.name, detail: root.fingerprint });
    return { file, over: over === TAGS ? "tag_manifest" : "checkpoint", moment, signer: signer.name, root: root.name, fingerprint: root.fingerprint };
  } catch (error) {
    findings.add(error instanceof TokenError ? error.code : "token.malformed", file, { detail: error instanceof TokenError ? error.detail : error.message });
    return null;
  }
}

// The certificates beside a token; one file serves both tokens of an authority.
async function chainBeside(source, name, findings) {
  const file = `data/tokens/${name.slice(name.lastIndexOf("/") + 1, name.lastIndexOf("."))}.pem`;
  if (!source.files.has(file)) return [];
  try {
    const { read, fault } = readUsable(pemParts(await source.read(file, MAX_PEM)));
    if (fault instanceof WeakError && !read.length) findings.add("token.weak", file, { detail: fault.message });
    return read;
  } catch (error) {
    findings.add("token.malformed", file, { detail: error.message });
    return [];
  }
}

// What a time stamp covers was there before it: no entry may be dated later than the first stamp over its head.
function checkAgainstStamps(entries, stamps, findings) {
  if (!stamps.length) return;
  const first = stamps.map((each) => each.moment).reduce((one, other) => (other < one ? other : one));
  for (const entry of entries)
    if (microseconds(entry.body.at) > first + APART) findings.add("token.before_entry", entry.file, { entry: entry.index, detail: momentText(first) });
}

const microseconds = (words) => BigInt(Date.parse(`${words.slice(0, 19)}Z`)) * 1000n + BigInt(words.slice(20, 26));
