// The page: choose, watch, read. Everything is set as text, never as markup.

const told = JSON.parse(document.getElementById("words").textContent);
const $ = (id) => document.getElementById(id);
let language = (navigator.language || "ja").startsWith("ja") ? "ja" : "en";
let report = null;

function element(tag, words = "", kind = "") {
  const made = document.createElement(tag);
  made.textContent = words;
  if (kind) made.className = kind;
  return made;
}

const word = (name) => told.page[language][name] || told.verifier[language][name];

function speak() {
  document.documentElement.lang = language;
  document.querySelectorAll("[data-word]").forEach((each) => { each.textContent = word(each.dataset.word); });
  document.querySelectorAll("[data-list]").forEach((each) => each.replaceChildren(...word(each.dataset.list).map((line) => element("li", line))));
  document.querySelectorAll("[data-language]").forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.language === language)));
  if (report) show();
}

function verdicts() {
  const areas = new Set(report.findings.all.map((finding) => told.meanings[finding.code].area));
  if (areas.has("form")) return [["integrity", "unknown", "bad"], ["completeness", "unknown", "bad"]];
  return [
    ["integrity", ...(areas.has("integrity") ? ["broken", "bad"] : ["sound", "good"])],
    ["completeness", ...(areas.has("completeness") ? ["incomplete", "bad"] : ["complete", "good"])],
  ];
}

function facts() {
  const { head, counts } = report;
  return [
    [word("checked"), Object.entries(counts).map(([name, count]) => `${word("counts")[name]} ${count.toLocaleString(language)}`).join(language === "ja" ? "、" : ", ")],
    ...(report.variant ? [[word("made_for"), word("variants")[report.variant] || report.variant]] : []),
    ...(report.redaction && report.redaction.why ? [[word("why_withheld"), report.redaction.why]] : []),
    ...(report.twin ? [[word("twin"), report.twin]] : []),
    ...(head ? [[word("head"), `${head.origin} / ${head.size.toLocaleString(language)} / ${hex(head.root)}`], [word("key"), `${head.key.name} SHA-256 ${head.key.fingerprint}`]] : []),
    ...(report.stamps || []).map((each) => [word("stamp"), `${momentText(each.moment)} ${each.signer} [${each.file}] ${word("root")} ${each.root} SHA-256 ${each.fingerprint}`]),
    ...(report.witnesses || []).map((each) => [word("witness"), [each.size.toLocaleString(language), each.moment ? momentText(each.moment) : "", each.signer || "", `[${each.file}]`].filter(Boolean).join(" ")]),
  ];
}

function table(findings) {
  const made = element("table"), rows = findings.map((finding) => {
    const row = element("tr"), name = element("th"), place = element("td");
    name.scope = "row";
    name.append(element("code", finding.code));
    place.textContent = [finding.file, ...["entry", "record", "detail"].filter((each) => finding[each] !== null).map((each) => `${word(each)} ${finding[each]}`)].filter(Boolean).join(", ");
    row.append(name, element("td", told.meanings[finding.code][language]), place);
    return row;
  });
  made.append(...rows);
  return made;
}

// What no bundle proves by itself, as the Python verifier says it.
function always() {
  const isStamped = (report.stamps || []).length > 0, isWitnessed = (report.witnesses || []).some((each) => each.signer);
  return [
    "limit.truth", isStamped ? "limit.stamped_time" : "limit.time", ...(isWitnessed ? [] : ["limit.unwitnessed"]),
    ...(isStamped ? ["limit.revocation"] : []), "limit.all_entries", "limit.key_from_bundle",
  ].map((code) => ({ code, file: null, entry: null, record: null, detail: null }));
}

function show() {
  const result = $("result"), list = element("dl");
  facts().forEach(([name, value]) => list.append(element("dt", name), element("dd", value)));
  const limits = report.findings.all.filter((finding) => told.meanings[finding.code].area === "limit");
  const found = report.findings.all.filter((finding) => told.meanings[finding.code].area !== "limit");
  result.replaceChildren(
    element("h2", word("result")),
    ...verdicts().map(([name, state, kind]) => element("p", `${word(name)}: ${word(state)}`, `verdict ${kind}`)),
    list,
    ...(found.length ? [element("h2", word("findings")), table(found)] : []),
    element("h2", word("limits")),
    table([...always(), ...limits]),
  );
  result.dataset.integrity = verdicts()[0][1];
  result.dataset.completeness = verdicts()[1][1];
  result.hidden = false;
}

async function verify(open) {
  const findings = new Findings();
  let said = 0;
  const progress = (stage) => (done, total) => {
    if (Date.now() - said < 200) return;
    said = Date.now();
    $("progress").textContent = `${word(stage)}: ${Math.floor((100 * done) / Math.max(1, total))} %`;
  };
  $("result").hidden = true;
  try {
    const source = await open(findings);
    report = await verifyBundle(source, findings, { hashing: progress("hashing"), reading: progress("reading") });
  } catch (error) {
    findings.add("form.cannot_open", null, { detail: error.message });
    report = { findings, head: null, counts: {} };
  }
  $("progress").textContent = "";
  show();
}

$("folder").addEventListener("change", (event) => {
  const chosen = [...event.target.files].map((blob) => ({ path: blob.webkitRelativePath || blob.name, blob }));
  if (chosen.length) verify(async (findings) => folderSource(chosen, findings));
});
$("zip").addEventListener("change", (event) => {
  if (event.target.files.length) verify((findings) => zipSource(event.target.files[0], findings));
});
document.querySelectorAll("[data-language]").forEach((each) => each.addEventListener("click", () => {
  language = each.dataset.language;
  speak();
}));
speak();
