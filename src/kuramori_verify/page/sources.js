// What was handed over: a folder, or a zip that is read in place. Nothing is unpacked and nothing leaves this page.

const PIECE = 1 << 20;
const MAX_FILES = 200000;
const MAX_TOTAL = 64 * 2 ** 30;
const MAX_SWELL = 64 * 2 ** 20, MAX_RATIO = 200;
const SYSTEM_FILE = /^(\.DS_Store|Thumbs\.db|desktop\.ini|\._.*)$/;

class UnreadableError extends Error {}

// A source: `files` maps a path to {size, stream()}; stream() yields pieces of bytes.
class Source {
  constructor(findings) {
    this.files = new Map();
    this.findings = findings;
  }

  take(name, size, stream) {
    const last = name.split("/").pop();
    if (SYSTEM_FILE.test(last) || name.startsWith("__MACOSX/")) this.findings.add("limit.system_file", name);
    else if (!isPlainName(name)) this.findings.add("source.unsafe_name", name);
    else if (this.files.has(name)) this.findings.add("source.doubled", name);
    else this.files.set(name, { size, stream });
    if (this.files.size > MAX_FILES) throw new UnreadableError(`more than ${MAX_FILES} files`);
  }

  async read(name, limit) {
    const file = this.files.get(name);
    if (!file) throw new UnreadableError("not there");
    if (file.size > limit) throw new UnreadableError(`${file.size} bytes, at most ${limit} are read`);
    const whole = new Uint8Array(file.size);
    let place = 0;
    for await (const piece of file.stream()) {
      if (place + piece.length > whole.length) throw new UnreadableError("longer than it says");
      whole.set(piece, place);
      place += piece.length;
    }
    if (place !== whole.length) throw new UnreadableError("shorter than it says");
    return whole;
  }

  // A single folder around everything is looked through.
  stripped() {
    const names = [...this.files.keys()], top = names.length ? names[0].split("/")[0] : "";
    if (!names.length || !names.every((name) => name.startsWith(`${top}/`))) return this;
    this.files = new Map(names.map((name) => [name.slice(top.length + 1), this.files.get(name)]));
    return this;
  }
}

async function* pieces(blob) {
  for (let place = 0; place < blob.size; place += PIECE)
    yield new Uint8Array(await blob.slice(place, place + PIECE).arrayBuffer());
}

// `chosen`: File objects with their path, as <input webkitdirectory> gives them.
function folderSource(chosen, findings) {
  const source = new Source(findings);
  for (const { path, blob } of chosen) source.take(path, blob.size, () => pieces(blob));
  return source.stripped();
}

async function zipSource(blob, findings) {
  const source = new Source(findings);
  const { count, place, length } = await directoryOf(blob);
  if (count > MAX_FILES || length > MAX_FILES * 1024) throw new UnreadableError(`${count} files: beyond the limits`);
  const raw = new Uint8Array(await blob.slice(place, place + length).arrayBuffer());
  let at = 0, total = 0;
  for (let number = 0; number < count; number++) {
    const member = memberAt(raw, at);
    at = member.end;
    total += member.size;
    if (total > MAX_TOTAL) throw new UnreadableError("beyond the limits");
    if (member.name.endsWith("/")) continue;
    if (member.flags & 1) findings.add("source.encrypted", member.name);
    else if ((member.mode & 0o170000) === 0o120000) findings.add("source.link", member.name);
    else source.take(member.name, member.size, () => unpacked(blob, member));
  }
  if (total > MAX_SWELL && total > MAX_RATIO * blob.size) throw new UnreadableError("it would grow beyond all measure");
  return source.stripped();
}

const number64 = (view, place) => Number(view.getBigUint64(place, true));

async function directoryOf(blob) {
  const start = Math.max(0, blob.size - 65557), tail = new DataView(await blob.slice(start).arrayBuffer());
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new UnreadableError("not a zip");
  const found = { count: tail.getUint16(end + 10, true), length: tail.getUint32(end + 12, true), place: tail.getUint32(end + 16, true) };
  if (end >= 20 && tail.getUint32(end - 20, true) === 0x07064b50) {
    const record = number64(tail, end - 12);
    const view = new DataView(await blob.slice(record, record + 56).arrayBuffer());
    if (view.byteLength < 56 || view.getUint32(0, true) !== 0x06064b50) throw new UnreadableError("a damaged zip");
    return { count: number64(view, 32), length: number64(view, 40), place: number64(view, 48) };
  }
  return found;
}

function memberAt(raw, at) {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (at + 46 > raw.length || view.getUint32(at, true) !== 0x02014b50) throw new UnreadableError("a damaged zip");
  const lengths = [28, 30, 32].map((place) => view.getUint16(at + place, true));
  const nameEnd = at + 46 + lengths[0], extraEnd = nameEnd + lengths[1], end = extraEnd + lengths[2];
  if (end > raw.length) throw new UnreadableError("a damaged zip");
  const member = {
    flags: view.getUint16(at + 8, true), method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true), packed: view.getUint32(at + 20, true), size: view.getUint32(at + 24, true),
    mode: view.getUint32(at + 38, true) >>> 16, place: view.getUint32(at + 42, true),
    name: new TextDecoder().decode(raw.subarray(at + 46, nameEnd)), end,
  };
  for (let place = nameEnd; place + 4 <= extraEnd; place += 4 + view.getUint16(place + 2, true)) {
    if (view.getUint16(place, true) !== 1) continue;
    let value = place + 4;
    for (const name of ["size", "packed", "place"]) {
      if (member[name] !== 0xffffffff) continue;
      member[name] = number64(view, value);
      value += 8;
    }
  }
  return member;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

// What the zip says of a member has to hold: its size and its checksum.
async function* unpacked(blob, member) {
  let read = 0, crc = -1;
  for await (const piece of content(blob, member)) {
    read += piece.length;
    if (read > member.size) throw new UnreadableError("longer than it says");
    for (let i = 0; i < piece.length; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ piece[i]) & 255];
    yield piece;
  }
  if (read !== member.size) throw new UnreadableError("shorter than it says");
  if (~crc >>> 0 !== member.crc) throw new UnreadableError("damaged: its checksum is wrong");
}

async function* content(blob, member) {
  const head = new DataView(await blob.slice(member.place, member.place + 30).arrayBuffer());
  if (head.byteLength < 30 || head.getUint32(0, true) !== 0x04034b50) throw new UnreadableError("a damaged zip");
  const named = member.place + 30, start = named + head.getUint16(26, true) + head.getUint16(28, true);
  // Two readers could take one file for two: by the directory's name, and by its own.
  const own = new TextDecoder().decode(await blob.slice(named, named + head.getUint16(26, true)).arrayBuffer());
  if (own !== member.name) throw new UnreadableError("its name in the directory is another");
  const packed = blob.slice(start, start + member.packed);
  if (member.method === 0) {
    yield* pieces(packed);
    return;
  }
  if (member.method !== 8) throw new UnreadableError("packed in a way that is not read here");
  const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
