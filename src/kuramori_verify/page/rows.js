// Log rows and numbered exhibits: what ties them to the acts that sealed them.

const CALCULATED = new Set("=+-@\t\r\n＝＋－＠");
const MAX_ROWS = 5000000;

// RFC 4180, strictly: yields the fields of each row, reading piece by piece.
async function* csvRows(stream) {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let row = [], field = "", state = "start", isFirst = true;
  const signs = async function* () {
    for await (const piece of stream) yield decoder.decode(piece, { stream: true });
    yield decoder.decode();
  };
  for await (const part of signs()) {
    for (const sign of part) {
      if (state === "return") {
        if (sign === "\n") {
          state = "start";
          continue;
        }
        state = "start";
      }
      if (state === "quoted") {
        if (sign === '"') state = "closing"; else field += sign;
      } else if (state === "closing" && sign === '"') {
        field += '"';
        state = "quoted";
      } else if (sign === ",") {
        row.push(field);
        [field, state] = ["", "field"];
      } else if (sign === "\n" || sign === "\r") {
        if (row.length || field || state !== "start") yield [...row, field]; else if (!isFirst) yield [];
        isFirst = false;
        [row, field, state] = [[], "", sign === "\r" ? "return" : "start"];
      } else if (state === "closing") throw new FormError("a letter after a closing quote");
      else if (sign === '"' && !field) state = "quoted";
      else {
        field += sign;
        state = "plain";
      }
    }
  }
  if (state === "quoted") throw new FormError("a quote is never closed");
  if (row.length || field || state === "closing" || state === "field") yield [...row, field];
}

const unguarded = (field) => (field[0] === "'" && CALCULATED.has(field.replace(/^'+/, "")[0]) ? field.slice(1) : field);

async function checkSegments(source, segments, entries, digests, findings, isGuarded) {
  const shown = new Map();
  for (const segment of segments) {
    const seal = entries.get(segment.entry), place = { entry: segment.entry, record: segment.segment };
    if (!seal) {
      findings.add("events.seal_missing", segment.csv, place);
      continue;
    }
    if (openNote(seal, "segment") !== segment.segment) findings.add("events.seal_differs", segment.csv, place);
    if (digests.has(segment.parquet) && digests.get(segment.parquet) !== openNote(seal, "sha256")) findings.add("events.file_not_sealed", segment.parquet, place);
    if (!source.files.has(segment.csv)) continue;
    const leaves = [];
    try {
      for await (const row of csvRows(source.files.get(segment.csv).stream())) {
        leaves.push(leafHash(utf8.encode(canonical(isGuarded ? row.map(unguarded) : row))));
        if (leaves.length > MAX_ROWS) throw new UnreadableError(`more than ${MAX_ROWS} rows`);
      }
    } catch (error) {
      findings.add("events.unreadable", segment.csv, { ...place, detail: error.message });
      continue;
    }
    shown.set(segment.segment, { rows: Math.max(0, leaves.length - 1), root: hex(rootOf(leaves)) });
    checkRows(segment, seal, leaves, place, findings);
  }
  return shown;
}

function checkRows(segment, seal, leaves, place, findings) {
  const sealed = openNote(seal, "rows"), root = openNote(seal, "rows_root");
  if (typeof root !== "string" || !COUNT(sealed)) {
    findings.add("limit.rows_unproven", segment.csv, place);
    return;
  }
  const wanted = rowNumbers(segment.ranges, sealed);
  if (!wanted || wanted.length !== leaves.length) {
    findings.add("events.row_count_differs", segment.csv, { ...place, detail: leaves.length - 1 });
    return;
  }
  const reached = rootByCover(wanted, leaves, sealed + 1, segment.path.map(unhex));
  if (!reached || hex(reached) !== root) findings.add("events.row_changed", segment.csv, place);
}

function rowNumbers(ranges, sealed) {
  const numbers = [0];
  let end = 1;
  for (const [first, length] of ranges) {
    if (first < end || !length || first + length > sealed + 1 || numbers.length + length > MAX_ROWS) return null;
    for (end = first + length; numbers[numbers.length - 1] < end - 1;) numbers.push(Math.max(first, numbers[numbers.length - 1] + 1));
  }
  return numbers;
}

async function checkExhibits(source, manifest, shown, findings) {
  const leaves = new Map(manifest.entries.map((item) => [item.index, item.leaf]));
  const withheld = new Set(manifest.withheld.filter((item) => item.member === "rows").map((item) => item.entry));
  for (const [place, exhibit] of manifest.exhibits.entries()) {
    const at = { entry: exhibit.entry, record: exhibit.number };
    if (exhibit.number !== place + 1) findings.add("exhibit.misnumbered", exhibit.file, { record: exhibit.number, detail: place + 1 });
    if (exhibit.kind === "log" && !shown.has(exhibit.segment)) {
      if (!withheld.has(exhibit.entry)) findings.add("exhibit.rows_missing", exhibit.file, { ...at, record: exhibit.segment });
    } else if (exhibit.root !== expectedRoot(exhibit, leaves, shown)) findings.add("exhibit.root_differs", exhibit.file, at);
    await checkExhibitFile(source, exhibit, findings);
  }
  const named = new Set(manifest.exhibits.map((exhibit) => exhibit.segment));
  for (const { csv, segment } of manifest.segments) if (!named.has(segment)) findings.add("exhibit.unlisted", csv, { record: segment });
  const twin = hex(sha256(utf8.encode(canonical(manifest.exhibits.map((exhibit) => [exhibit.number, exhibit.root])))));
  if (twin !== manifest.twin) findings.add("bundle.twin_differs", MANIFEST);
  const reasons = new Map();
  for (const { reason } of manifest.withheld) reasons.set(reason, (reasons.get(reason) || 0) + 1);
  for (const [reason, count] of reasons) findings.add("limit.withheld", MANIFEST, { record: reason, detail: count });
}

function expectedRoot(exhibit, leaves, shown) {
  if (exhibit.kind === "log") return shown.get(exhibit.segment).root;
  if (exhibit.kind === "entries") return hex(rootOf([...leaves.values()].map(unhex)));
  return exhibit.entry === null ? null : leaves.get(exhibit.entry) || "";
}

async function checkExhibitFile(source, exhibit, findings) {
  if (!source.files.has(exhibit.file)) {
    findings.add("bundle.file_missing", exhibit.file);
    return;
  }
  try {
    const told = readCanonical(await source.read(exhibit.file, 2 ** 20));
    if (["number", "kind", "entry", "segment", "root"].some((name) => told[name] !== exhibit[name])) throw new FormError("it speaks of something else");
  } catch (error) {
    findings.add("exhibit.file_differs", exhibit.file, { detail: error.message });
  }
}
