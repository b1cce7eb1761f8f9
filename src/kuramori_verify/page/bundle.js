// The checks, in the order of docs/en/verify/format.md; findings carry the codes of the Python verifier.

const MANIFEST = "data/manifest.json", SEAL = "data/ledger/seal.json", CHECKPOINT = "data/ledger/checkpoint.txt";
const KEYS = "data/ledger/keys.txt", CHRONOLOGY = "data/chronology.json", INFO = "bag-info.txt";
const PAYLOAD = "manifest-sha256.txt", TAGS = "tagmanifest-sha256.txt";
const BAG_FILES = ["bagit.txt", INFO, PAYLOAD, TAGS];
const STAMP_FILE = /^tokens\/[a-z0-9][a-z0-9-]{0,39}\.tsr$/;
const SELF_PROVING = /^(data\/ledger\/witnesses\/|data\/tokens\/|tokens\/)/;
const TOLERANCE = 600000; // milliseconds
const NAMED = [{ file: PATH, sha256: DIGEST }];
const SEGMENT = { csv: PATH, entry: COUNT, parquet: either(NOTHING, PATH), path: [DIGEST], ranges: [pairOf(COUNT, COUNT)], segment: RECORD_ID };
const EXHIBIT = { entry: either(NOTHING, COUNT), file: PATH, kind: oneOf("record", "entries", "log"), number: COUNT, root: either(NOTHING, DIGEST), segment: either(NOTHING, RECORD_ID) };
const COUNTS = { entries: COUNT, files: COUNT, rows: COUNT, segments: COUNT, withheld: COUNT };
const NAMED_ENTRY = { file: PATH, index: COUNT, leaf: DIGEST };
const FIRST = {
  counts: COUNTS, entries: [NAMED_ENTRY], files: NAMED, format: oneOf("kuramori-bundle/1"),
  id: RECORD_ID, info: mapOf(TEXT), kind: TEXT, made_at: MOMENT, origin: TEXT, segments: [SEGMENT],
  subject: pairOf(TEXT, RECORD_ID), tags: NAMED, withheld: [{ entry: COUNT, member: TEXT, reason: TEXT }],
};
const WITNESS = { kind: TEXT, name: TEXT, slug: PATH };
const SECOND = {
  ...FIRST, counts: { ...COUNTS, exhibits: COUNT }, entries: [{ ...NAMED_ENTRY, shown: DIGEST }], format: oneOf("kuramori-bundle/2"), exhibits: [EXHIBIT],
  redaction: { kinds: [TEXT], why: TEXT }, stamps: [{ authority: PATH, due: [TEXT], name: TEXT }], twin: DIGEST, variant: TEXT,
  witnesses: [WITNESS],
};
const LISTED = [{ item: TEXT, path: [DIGEST], position: COUNT }];
const ENTRY_FILE = { body: TEXT, changes: LISTED, disclosures: [TEXT], index: COUNT, proof: [DIGEST], subjects: LISTED, v: oneOf(1) };
const ROOTED = { count: COUNT, root: DIGEST };
const CHANGE = { fields: mapOf(TEXT_DIGEST), id: RECORD_ID, on: TEXT, op: oneOf("add", "edit", "purge", "retire") };
const SUBJECT = pairOf(TEXT, RECORD_ID);
const BODY = {
  at: MOMENT, by: { for: either(NOTHING, RECORD_ID), id: either(NOTHING, RECORD_ID), kind: TEXT, name: TEXT_DIGEST },
  changes: either(ROOTED, [CHANGE]), id: RECORD_ID, notes: mapOf(either({ open: () => true }, { sd: TEXT_DIGEST })),
  steps: [TEXT], subjects: either(ROOTED, [SUBJECT]), v: oneOf(1), verb: TEXT, why: TEXT_DIGEST,
};
const CHRONOLOGY_FILE = { format: oneOf("kuramori-chronology/1"), rows: [{ at: MOMENT, entry: either(NOTHING, COUNT), text_en: TEXT, text_ja: TEXT }] };

class Findings {
  constructor() {
    this.kept = new Map();
  }

  add(code, file = null, { entry = null, record = null, detail = null } = {}) {
    const finding = { code, file, entry, record: short(record), detail: short(detail) };
    const name = JSON.stringify(finding);
    if (this.kept.size < 1000) this.kept.set(name, finding);
  }

  get all() {
    return [...this.kept.values()];
  }
}

const short = (words) => (words === null ? null : String(words).slice(0, 200).replace(/[\p{C}\p{Z}]/gu, (sign) => (sign === " " ? sign : "�")));
const isBundle = (source) => [...source.files.keys()].some((name) => name === MANIFEST || /^data\/(entries|ledger)\//.test(name));

const SILENT = { hashing: () => {}, reading: () => {} };

async function verifyBundle(source, findings, progress = SILENT) {
  const report = { findings, head: null, stamps: [], witnesses: [], counts: { files: source.files.size, entries: 0, rows: 0, exhibits: 0, withheld: 0 } };
  if (!isBundle(source)) {
    findings.add("form.not_a_bundle");
    return report;
  }
  const digests = await checkBag(source, findings, progress.hashing);
  const info = await bagInfo(source, findings);
  const [head, keys] = await readTheHead(source, findings);
  report.head = head;
  const manifest = await json(source, MANIFEST, null, findings);
  if (!manifest) return report;
  Object.assign(report, { id: manifest.id, variant: manifest.variant || null, redaction: manifest.redaction || null, twin: manifest.twin || null });
  checkNamedFiles(source, manifest, digests, findings);
  if (canonical(manifest.info) !== canonical(info)) findings.add("bag.info_differs", INFO);
  if (head && head.origin !== manifest.origin) findings.add("ledger.origin_differs", CHECKPOINT, { detail: head.origin });
  const entries = await readEntries(source, manifest, head, findings, progress.reading);
  const isSecond = manifest.format === "kuramori-bundle/2";
  const shown = await checkSegments(source, manifest.segments, entries, digests, findings, isSecond);
  if (isSecond) await checkExhibits(source, manifest, shown, findings);
  await checkSeal(source, head, digests, findings);
  checkTimes([...entries.values()], manifest.made_at, findings);
  report.stamps = await checkStamps(source, manifest.stamps || [], findings);
  checkAgainstStamps(entries.values(), report.stamps, findings);
  report.witnesses = await checkWitnesses(source, head, keys, manifest.witnesses || [], findings);
  await checkChronology(source, entries, findings);
  const rows = [...shown.values()].reduce((sum, each) => sum + each.rows, 0);
  for (const name of Object.keys(manifest.counts)) {
    // Rows that are not there are missing, which is found elsewhere, and not changed.
    if (name === "rows" && shown.size !== manifest.segments.length) continue;
    const there = name === "rows" ? rows : manifest[name].length;
    if (manifest.counts[name] !== there) findings.add("bundle.counts_differ", MANIFEST, { record: name, detail: there });
  }
  Object.assign(report.counts, { entries: entries.size, rows, exhibits: (manifest.exhibits || []).length, withheld: manifest.withheld.length });
  return report;
}

async function checkBag(source, findings, progress) {
  const actual = new Map();
  const total = [...source.files.values()].reduce((sum, file) => sum + file.size, 0);
  let done = 0;
  for (const [name, file] of source.files) {
    try {
      const hash = new Sha256();
      for await (const piece of file.stream()) {
        hash.update(piece);
        progress((done += piece.length), total);
      }
      actual.set(name, hex(hash.digest()));
    } catch (error) {
      findings.add("source.unreadable", name, { detail: error.message });
    }
  }
  const payload = await bagManifest(source, PAYLOAD, findings), tags = await bagManifest(source, TAGS, findings);
  const expected = new Map([...payload, ...tags]);
  const missing = new Map([...expected].filter(([name]) => !source.files.has(name)));
  const unlisted = new Map([...actual].filter(([name]) => !expected.has(name) && name !== TAGS && !STAMP_FILE.test(name)));
  const byDigest = new Map([...unlisted].map(([name, digest]) => [digest, name]));
  for (const [name, digest] of [...missing]) {
    const other = byDigest.get(digest);
    if (!other) continue;
    byDigest.delete(digest);
    findings.add("bag.file_renamed", name, { detail: other });
    missing.delete(name);
    unlisted.delete(other);
  }
  for (const name of missing.keys()) findings.add("bag.file_missing", name);
  for (const name of unlisted.keys()) findings.add("bag.file_unlisted", name);
  for (const [name, digest] of actual) if (expected.has(name) && expected.get(name) !== digest) findings.add("bag.file_changed", name);
  for (const name of payload.keys()) if (!name.startsWith("data/")) findings.add("bag.manifest_malformed", PAYLOAD, { record: name });
  const declared = await text(source, "bagit.txt", findings);
  if (source.files.has("bagit.txt") && declared !== "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n") findings.add("bag.declaration", "bagit.txt");
  for (const name of BAG_FILES) if (!source.files.has(name)) findings.add("bag.file_missing", name);
  return actual;
}

async function text(source, name, findings) {
  if (!source.files.has(name)) return "";
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await source.read(name, 64 * 2 ** 20));
  } catch (error) {
    findings.add("source.unreadable", name, { detail: error.message });
    return "";
  }
}

// What some tools read as the end of a line, or cannot read at all.
const OTHER_ENDS = /[\r\v\f\x1c-\x1e\x85\u2028\u2029\ufffd]/;
const isOneWay = (raw) => !raw || (raw.endsWith("\n") && !OTHER_ENDS.test(raw));

async function bagManifest(source, name, findings) {
  const raw = await text(source, name, findings), listed = new Map();
  if (!isOneWay(raw)) findings.add("bag.manifest_malformed", name);
  for (const line of raw.split("\n").filter((each, i, all) => each || i < all.length - 1)) {
    const match = /^([0-9a-f]{64})  (.+)$/.exec(line);
    if (!match || !isPlainName(match[2]) || listed.has(match[2])) findings.add("bag.manifest_malformed", name, { record: line });
    else listed.set(match[2], match[1]);
  }
  return listed;
}

async function bagInfo(source, findings) {
  const info = {}, raw = await text(source, INFO, findings);
  if (!isOneWay(raw)) findings.add("bag.info_malformed", INFO);
  for (const line of raw.split("\n").filter((each, i, all) => each || i < all.length - 1)) {
    const cut = line.indexOf(": "), label = cut < 0 ? line : line.slice(0, cut);
    if (cut < 0 || Object.hasOwn(info, label)) findings.add("bag.info_malformed", INFO, { record: line });
    info[label] = cut < 0 ? "" : line.slice(cut + 2);
  }
  const sizes = [...source.files].filter(([name]) => name.startsWith("data/")).map(([, file]) => file.size);
  const oxum = `${sizes.reduce((sum, size) => sum + size, 0)}.${sizes.length}`;
  if (info["Payload-Oxum"] !== oxum) findings.add("bag.oxum_differs", INFO, { detail: oxum });
  delete info["Payload-Oxum"];
  return info;
}

async function readTheHead(source, findings) {
  for (const name of [CHECKPOINT, KEYS]) {
    if (source.files.has(name)) continue;
    findings.add("ledger.file_missing", name);
    return [null, []];
  }
  try {
    const keys = readKeys(await source.read(KEYS, 65536));
    return [readHead(await source.read(CHECKPOINT, 65536), keys), keys];
  } catch (error) {
    findings.add(error instanceof SignatureError ? "ledger.signature_wrong" : "ledger.checkpoint_malformed", CHECKPOINT, { detail: error.message });
    return [null, []];
  }
}

async function json(source, name, shape, findings) {
  if (!source.files.has(name)) {
    findings.add("bundle.file_missing", name);
    return null;
  }
  try {
    const value = readCanonical(await source.read(name, 256 * 2 ** 20));
    return shaped(value, shape || (value && value.format === "kuramori-bundle/1" ? FIRST : SECOND), name);
  } catch (error) {
    findings.add("bundle.malformed", name, { detail: error.message });
    return null;
  }
}

function checkNamedFiles(source, manifest, digests, findings) {
  const named = new Map([...manifest.files, ...manifest.tags].map((item) => [item.file, item.sha256]));
  for (const [name, digest] of named) {
    if (!source.files.has(name)) findings.add("bundle.file_missing", name);
    else if (digests.get(name) !== digest) findings.add("bundle.file_differs", name);
  }
  const known = new Set([...named.keys(), ...BAG_FILES, MANIFEST, SEAL, CHECKPOINT, KEYS, ...manifest.entries.map((item) => item.file)]);
  for (const name of source.files.keys()) if (!known.has(name) && !SELF_PROVING.test(name)) findings.add("bundle.file_unknown", name);
  for (const segment of manifest.segments)
    for (const name of [segment.csv, segment.parquet]) if (name !== null && !named.has(name)) findings.add("bundle.malformed", MANIFEST, { record: name });
}

async function readEntries(source, manifest, head, findings, progress) {
  const withheld = new Set(manifest.withheld.map((item) => `${item.entry}:${item.member}`)), entries = new Map();
  let last = -1, done = 0;
  for (const { file, index, leaf, shown } of manifest.entries) {
    if (index <= last) findings.add("bundle.entries_unordered", MANIFEST, { entry: index });
    last = Math.max(last, index);
    if (!source.files.has(file)) {
      findings.add("bundle.entry_missing", file, { entry: index });
      continue;
    }
    const entry = await readEntry(source, file, head, findings);
    progress(++done, manifest.entries.length);
    if (!entry) continue;
    if (entry.index !== index || hex(entry.leaf) !== leaf) findings.add("entry.differs_from_manifest", file, { entry: entry.index, detail: index });
    if (shown !== undefined && shown !== entry.shown) findings.add("entry.shown_differs", file, { entry: entry.index });
    for (const [place] of entry.members.values())
      if (!entry.opened.has(place) && !withheld.has(`${entry.index}:${place}`)) findings.add("entry.member_missing", file, { entry: entry.index, record: place });
    entries.set(entry.index, entry);
  }
  return entries;
}

async function readEntry(source, file, head, findings) {
  let index = null, shown, body, leaf;
  try {
    shown = shaped(readCanonical(await source.read(file, 64 * 2 ** 20)), ENTRY_FILE, "entry");
    index = shown.index;
    const raw = utf8.encode(shown.body);
    if (raw.length > 65535) throw new FormError(`the body has ${raw.length} bytes`);
    leaf = leafHash(raw);
    body = shaped(readCanonical(raw), BODY, "body");
  } catch (error) {
    findings.add(error instanceof FormError ? "entry.malformed" : "source.unreadable", file, { entry: index, detail: error.message });
    return null;
  }
  if (head && index >= head.size) findings.add("entry.beyond_ledger", file, { entry: index, detail: head.size });
  else if (head) {
    const root = rootByInclusion(leaf, index, head.size, shown.proof.map(unhex));
    if (!root || !equal(root, head.root)) findings.add("entry.not_in_ledger", file, { entry: index });
  }
  const digest = hex(sha256(utf8.encode(canonical([shown.changes, shown.disclosures, shown.subjects]))));
  const entry = { file, index, leaf, body, shown: digest, members: new Map(), opened: new Set() };
  entry.members.set(body.by.name, ["by.name", "name"]).set(body.why, ["why", "why"]);
  for (const [name, note] of Object.entries(body.notes)) if ("sd" in note) entry.members.set(note.sd, [`notes.${name}`, name]);
  listed(entry, "subjects", shown.subjects, SUBJECT, findings);
  for (const [position, change] of listed(entry, "changes", shown.changes, CHANGE, findings))
    for (const [name, digest] of Object.entries(change.fields)) entry.members.set(digest, [`changes.${position}.${name}`, name]);
  for (const disclosure of shown.disclosures) open(entry, disclosure, findings);
  return entry;
}

function listed(entry, member, shown, shape, findings) {
  const held = entry.body[member];
  if (Array.isArray(held)) {
    if (shown.length) findings.add("entry.item_not_in_list", entry.file, { entry: entry.index, record: member });
    return [...held.entries()];
  }
  const items = [];
  for (const { item, path, position } of shown) {
    const record = `${member}.${position}`, root = rootByInclusion(leafHash(utf8.encode(item)), position, held.count, path.map(unhex));
    if (!root || hex(root) !== held.root) {
      findings.add("entry.item_not_in_list", entry.file, { entry: entry.index, record });
      continue;
    }
    try {
      items.push([position, shaped(readCanonical(item), shape, record)]);
    } catch (error) {
      findings.add("entry.malformed", entry.file, { entry: entry.index, record, detail: error.message });
    }
  }
  return items;
}

function open(entry, disclosure, findings) {
  const digest = base64(sha256(utf8.encode(disclosure)), true), member = entry.members.get(digest);
  if (!member) {
    findings.add("entry.disclosure_foreign", entry.file, { entry: entry.index });
    return;
  }
  try {
    const salted = readCanonical(unbase64(disclosure, true));
    if (!Array.isArray(salted) || salted.length !== 3 || salted[1] !== member[1]) throw new FormError(`a disclosure reads [salt, ${member[1]}, value]`);
    entry.opened.add(member[0]);
  } catch (error) {
    findings.add("entry.disclosure_malformed", entry.file, { entry: entry.index, record: member[0], detail: error.message });
  }
}

const openNote = (entry, name) => (Object.hasOwn(entry.body.notes, name) ? entry.body.notes[name].open : undefined);

async function checkSeal(source, head, digests, findings) {
  if (!source.files.has(SEAL)) {
    findings.add("ledger.file_missing", SEAL);
    return;
  }
  const seal = await readEntry(source, SEAL, head, findings);
  if (seal && openNote(seal, "bundle_manifest_sha256") !== digests.get(MANIFEST)) findings.add("bundle.seal_broken", MANIFEST, { entry: seal.index });
}

function checkTimes(entries, madeAt, findings) {
  const made = Date.parse(madeAt);
  let latest = -Infinity;
  for (const entry of entries.sort((one, other) => one.index - other.index)) {
    const at = Date.parse(entry.body.at), place = { entry: entry.index, detail: entry.body.at };
    if (at < latest - TOLERANCE) findings.add("entry.back_dated", entry.file, place);
    const id = entry.body.id.replace(/-/g, "");
    if (id[12] === "7" && Math.abs(at - parseInt(id.slice(0, 12), 16)) > TOLERANCE) findings.add("entry.time_not_of_id", entry.file, place);
    if (at > made + TOLERANCE) findings.add("entry.after_bundle", entry.file, place);
    latest = Math.max(latest, at);
  }
}

async function checkChronology(source, entries, findings) {
  const chronology = await json(source, CHRONOLOGY, CHRONOLOGY_FILE, findings);
  for (const [place, row] of (chronology ? chronology.rows : []).entries()) {
    if (row.entry === null) continue;
    const entry = entries.get(row.entry);
    if (!entry) findings.add("chronology.entry_missing", CHRONOLOGY, { entry: row.entry, record: place });
    else if (entry.body.at !== row.at) findings.add("chronology.time_differs", CHRONOLOGY, { entry: row.entry, record: place });
  }
}
