// Merkle trees of RFC 6962 and signed checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

const leafHash = (content) => sha256(Uint8Array.of(0), content);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

function rootOf(hashes) {
  const stack = [];
  hashes.forEach((leaf, i) => {
    let folded = leaf;
    for (let merged = i + 1; !(merged & 1); merged >>= 1) folded = nodeHash(stack.pop(), folded);
    stack.push(folded);
  });
  if (!stack.length) return sha256(new Uint8Array(0));
  let root = stack.pop();
  while (stack.length) root = nodeHash(stack.pop(), root);
  return root;
}

// The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2); null when its length cannot be right.
function rootByInclusion(leaf, index, size, proof) {
  if (index >= size) return null;
  let node = index, last = size - 1, folded = leaf;
  const half = (n) => Math.floor(n / 2);
  for (const sibling of proof) {
    if (last === 0) return null;
    if (node % 2 || node === last) {
      folded = nodeHash(sibling, folded);
      while (node && !(node % 2)) [node, last] = [half(node), half(last)];
    } else folded = nodeHash(folded, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? folded : null;
}

// The root over `size` leaves of which `rows` (ascending) are shown and `proof` holds the largest subtrees between.
function rootByCover(rows, leaves, size, proof) {
  if (rows.length !== leaves.length || !rows.length || rows[rows.length - 1] >= size) return null;
  let shown = 0, hidden = 0;
  const walk = (low, high, first, end) => {
    if (first === end) return hidden < proof.length ? proof[hidden++] : null;
    if (high - low === 1) return leaves[shown++];
    let width = 1;
    while (width * 2 < high - low) width *= 2;
    const middle = low + width;
    let cut = first, until = end;
    while (cut < until) {
      const half = (cut + until) >> 1;
      if (rows[half] < middle) cut = half + 1; else until = half;
    }
    const left = walk(low, middle, first, cut), right = left && walk(middle, high, cut, end);
    return right && nodeHash(left, right);
  };
  const root = walk(0, size, 0, rows.length);
  return root && hidden === proof.length ? root : null;
}

// Whether the tree of `newer` continues that of `older`, which is smaller (RFC 9162 section 2.1.4.2).
function isConsistent(older, newer, proof) {
  if (older.size === 0) return equal(older.root, rootOf([])) && !proof.length;
  if (older.size >= newer.size || !proof.length) return false;
  const half = (n) => Math.floor(n / 2);
  let node = older.size - 1, last = newer.size - 1;
  while (node % 2) [node, last] = [half(node), half(last)];
  const path = node === 0 ? [older.root, ...proof] : proof;
  let [was, is] = [path[0], path[0]];
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (node % 2 || node === last) {
      [was, is] = [nodeHash(sibling, was), nodeHash(sibling, is)];
      while (node && !(node % 2)) [node, last] = [half(node), half(last)];
    } else is = nodeHash(is, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(was, older.root) && equal(is, newer.root);
}

class SignatureError extends Error {}

const isKeyName = (name) => name !== "" && !name.includes("+") && !/\s/.test(name);

function noteText(raw) {
  if (raw.length > 65536) throw new FormError("longer than 65536 bytes");
  const text = asText(raw);
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) throw new FormError("control characters are not allowed");
  return text;
}

function readKeys(raw) {
  const lines = noteText(raw).split("\n");
  if (lines.length > 64 || lines.pop() !== "" || !lines.length) throw new FormError("keys: one a line, at most 63");
  return lines.map((line) => readKey(line));
}

// `kind` 1 signs heads, 4 cosigns them.
function readKey(line, kind = 1) {
  const parts = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(line);
  if (!parts || !isKeyName(parts[1])) throw new FormError("a key line reads name+keyid+base64");
  const raw = unbase64(parts[3]), name = parts[1];
  const id = sha256(utf8.encode(`${name}\n`), raw).subarray(0, 4);
  if (raw[0] !== kind || raw.length !== 33 || hex(id) !== parts[2]) throw new FormError("not an Ed25519 key, or another's id");
  return { name, id, raw: raw.subarray(1), fingerprint: hex(sha256(raw.subarray(1))) };
}

function readNote(raw) {
  const whole = noteText(raw), cut = whole.lastIndexOf("\n\n");
  const signatures = whole.slice(cut + 2).split("\n");
  if (cut < 0 || signatures.pop() !== "" || !signatures.length || signatures.length > 63)
    throw new FormError("a note has a text, an empty line and 1 to 63 signature lines");
  const signed = signatures.map((line) => {
    const parts = line.split(" ");
    if (parts.length !== 3 || parts[0] !== "—" || !isKeyName(parts[1])) throw new FormError("a signature line reads: em dash, name, base64");
    const bytes = unbase64(parts[2]);
    if (bytes.length <= 4) throw new FormError("a signature line without a signature");
    return { name: parts[1], bytes };
  });
  return { text: whole.slice(0, cut + 1), signatures, signed };
}

function readHead(raw, keys) {
  const { text: words, signatures, signed } = readNote(raw);
  if (new Set(signatures).size !== signatures.length) throw new FormError("the same signature line twice");
  const text = utf8.encode(words);
  let key = null;
  for (const known of keys) {
    for (const each of signed) {
      if (each.name !== known.name || !equal(each.bytes.subarray(0, 4), known.id)) continue;
      if (!ed25519Verifies(known.raw, text, each.bytes.subarray(4))) throw new SignatureError(`the signature of ${each.name} is wrong`);
      key = key || known;
    }
  }
  if (!key) throw new SignatureError("no known key has signed");
  const lines = words.slice(0, -1).split("\n");
  if (lines.length < 3 || lines.some((line) => line === "")) throw new FormError("a checkpoint has origin, size and root");
  if (!/^(0|[1-9]\d{0,15})$/.test(lines[1])) throw new FormError("the size is a decimal number without leading zeroes");
  const root = unbase64(lines[2]);
  if (root.length !== 32) throw new FormError("the root has 32 bytes");
  if (lines[0] !== key.name) throw new SignatureError(`signed by ${key.name}, but the head is of ${lines[0]}`);
  return { origin: lines[0], size: Number(lines[1]), root, key };
}
