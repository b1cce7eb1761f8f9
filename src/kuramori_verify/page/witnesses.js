// Heads that somebody outside held: each must be of the same ledger, and the bundle's head must continue it.

const WITNESSES = "data/ledger/witnesses/", WITNESS_FILE = /^([a-z0-9][a-z0-9-]{0,39})\.(txt|key|proof\.json)$/;
const CONTINUATION = { from: COUNT, to: COUNT, proof: [DIGEST] };

async function checkWitnesses(source, head, keys, due, findings) {
  const checked = [];
  for (const file of [...source.files.keys()].filter((name) => name.startsWith(WITNESSES)).sort()) {
    const found = WITNESS_FILE.exec(file.slice(WITNESSES.length));
    if (!found || !source.files.has(`${WITNESSES}${found[1]}.txt`)) findings.add("bundle.file_unknown", file);
    else if (found[2] === "txt" && head) checked.push(await checkedWitness(source, file, head, keys, findings));
  }
  for (const { slug, name } of due) if (!source.files.has(`${WITNESSES}${slug}.txt`)) findings.add("witness.absent", `${WITNESSES}${slug}.txt`, { record: name });
  return checked.filter(Boolean);
}

async function checkedWitness(source, file, head, keys, findings) {
  try {
    const note = await source.read(file, 65536), held = readHead(note, keys);
    if (held.origin !== head.origin) {
      findings.add("witness.other_ledger", file, { detail: held.origin });
      return null;
    }
    if (!(await isContinued(source, file, held, head, findings))) return null;
    return await cosigned(source, file, note, held.size, findings);
  } catch (error) {
    findings.add(error instanceof SignatureError ? "witness.key_unknown" : "witness.malformed", file, { detail: error.message });
    return null;
  }
}

// Same size, other root: that alone proves two histories.
async function isContinued(source, file, held, head, findings) {
  if (held.size > head.size) {
    findings.add("witness.ahead", file, { detail: held.size });
    return false;
  }
  const beside = file.replace(/\.txt$/, ".proof.json"), isThere = source.files.has(beside);
  const proof = isThere ? await readContinuation(source, beside, held.size, head.size) : [];
  if (held.size < head.size && !isThere) {
    findings.add("witness.proof_missing", file, { detail: held.size });
    return false;
  }
  const fits = held.size === head.size ? equal(held.root, head.root) && !proof.length : isConsistent(held, head, proof);
  if (!fits) findings.add("ledger.fork", file, { detail: held.size });
  return fits;
}

async function readContinuation(source, file, from, to) {
  const told = shaped(readCanonical(await source.read(file, 65536)), CONTINUATION, file);
  if (told.from !== from || told.to !== to) throw new FormError(`${file}: from ${told.from} to ${told.to}, not ${from} to ${to}`);
  return told.proof.map(unhex);
}

// A second server also says by when it had seen the head (c2sp.org/tlog-cosignature); its key came with the bundle.
async function cosigned(source, file, note, size, findings) {
  const beside = file.replace(/\.txt$/, ".key");
  if (!source.files.has(beside)) return { file, size };
  const key = readKey(new TextDecoder().decode(await source.read(beside, 65536)).trim(), 4), { text, signed } = readNote(note);
  for (const { name, bytes } of signed) {
    if (name !== key.name || !equal(bytes.subarray(0, 4), key.id)) continue;
    const at = big(bytes.subarray(4, 12)), said = utf8.encode(`cosignature/v1\ntime ${at}\n${text}`);
    if (!ed25519Verifies(key.raw, said, bytes.subarray(12))) {
      findings.add("witness.cosignature_wrong", file, { detail: name });
      return null;
    }
    if (at > 253402300799n) throw new FormError("a time that no calendar has");
    findings.add("limit.witness_key", file, { record: key.fingerprint });
    return { file, size, moment: at * 1000000n, signer: key.name, fingerprint: key.fingerprint };
  }
  findings.add("witness.cosignature_missing", file);
  return { file, size };
}
