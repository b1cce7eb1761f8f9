package main

import (
	"fmt"
	"strings"
	"time"
)

// A bundle is what the parts of the check share.
type bundle struct {
	v          *verdict
	files      map[string][]byte
	manifest   object
	head       head
	keys       []verifierKey
	entries    map[int]*entry // those whose files are there
	sealed     map[int]hash   // the leaves of all that the manifest names
	segments   map[string]segment
	madeAt     time.Time
	rowsAbsent bool
	shownRows  int
}

func under(name, folder string) bool { return strings.HasPrefix(name, folder) }

// read takes the manifest, the keys and the head; without these nothing else can be said.
func (b *bundle) read() {
	b.manifest = asObject(canonical(b.files["data/manifest.json"], "manifest"), "manifest",
		"counts", "entries", "exhibits", "files", "format", "id", "info", "kind", "made_at", "origin", "redaction", "segments",
		"stamps", "subject", "tags", "twin", "variant", "withheld", "witnesses")
	if b.manifest["format"] != "kuramori-bundle/2" {
		refuse("manifest: the format %v", b.manifest["format"])
	}
	b.madeAt = asTime(b.manifest["made_at"], "manifest")
	for _, text := range strings.Split(strings.TrimSuffix(string(b.files["data/ledger/keys.txt"]), "\n"), "\n") {
		b.keys = append(b.keys, keyOf(text, "keys.txt"))
	}
	b.head = headOf(b.files["data/ledger/checkpoint.txt"], "checkpoint")
}

func (b *bundle) checkHead() {
	b.v.holds(b.head.origin == asText(b.manifest["origin"], "origin"), "the checkpoint is of %s", b.head.origin)
	b.v.holds(b.head.signedBy(b.ownKeys(), "checkpoint"), "the checkpoint is not signed by a key of the ledger")
}

// ownKeys are those whose name is the ledger's.
func (b *bundle) ownKeys() []verifierKey {
	own := []verifierKey{}
	for _, key := range b.keys {
		if key.name == b.head.origin && key.kind == signs {
			own = append(own, key)
		}
	}
	return own
}

// checkFiles holds payload and tag files against the sealed manifest: BagIt's own manifests can be made to fit again.
func (b *bundle) checkFiles() {
	named := map[string]bool{"data/manifest.json": true, "bagit.txt": true, "bag-info.txt": true,
		"manifest-sha256.txt": true, "tagmanifest-sha256.txt": true}
	for _, part := range []string{"files", "tags"} {
		for _, value := range asList(b.manifest[part], part) {
			row := asObject(value, part, "file", "sha256")
			name := asText(row["file"], part)
			raw, there := b.files[name]
			b.v.holds(!named[name], "%s: %s twice", part, name)
			b.v.holds(under(name, "verify/") == (part == "tags"), "%s: %s belongs elsewhere", part, name)
			if b.v.finds(there, "%s is absent", name) {
				b.v.holds(inHex(raw) == asText(row["sha256"], part), "%s is not as sealed", name)
			}
			named[name] = true
		}
	}
	for name := range b.files {
		elsewhere := under(name, "data/entries/") || under(name, "data/ledger/") || under(name, "data/tokens/") || under(name, "tokens/")
		b.v.holds(named[name] || elsewhere, "%s is not in the sealed manifest", name)
	}
	info := bagInfo(string(b.files["bag-info.txt"]))
	delete(info, "Payload-Oxum")
	sealed := asObject(b.manifest["info"], "info")
	b.v.holds(len(info) == len(sealed), "bag-info.txt: other lines than sealed")
	for label, value := range info {
		b.v.holds(sealed[label] == value, "bag-info.txt: %s", label)
	}
}

// checkSeal: the act that made the bundle names the digest of the manifest, and is in the ledger.
func (b *bundle) checkSeal() {
	if _, there := b.files["data/ledger/seal.json"]; !b.v.finds(there, "the seal is absent") {
		return
	}
	seal := readEntry(b.files["data/ledger/seal.json"], "seal.json")
	note, _ := seal.notes["bundle_manifest_sha256"].(object)
	b.v.holds(note["open"] == inHex(b.files["data/manifest.json"]), "the manifest is not the one that was sealed")
	b.v.holds(included(seal.leaf, seal.index, b.head.size, seal.proof, b.head.root), "the seal is not in the ledger")
}

// checkWithheld: what is closed stands in the list, with a reason.
func (b *bundle) checkWithheld() {
	listed := map[string]bool{}
	for _, value := range asList(b.manifest["withheld"], "withheld") {
		row := asObject(value, "withheld", "entry", "member", "reason")
		index, member := asCount(row["entry"], "withheld"), asText(row["member"], "withheld")
		listed[fmt.Sprintf("%d %s", index, member)] = true
		asText(row["reason"], "withheld")
	}
	for index, one := range b.entries {
		for member := range one.closed {
			b.v.holds(listed[fmt.Sprintf("%d %s", index, member)], "%s of entry %d is closed without a reason", member, index)
		}
	}
}

func (b *bundle) checkChronology() {
	if _, there := b.files["data/chronology.json"]; !there {
		return // checkFiles has said so
	}
	file := asObject(canonical(b.files["data/chronology.json"], "chronology"), "chronology", "format", "rows")
	b.v.holds(file["format"] == "kuramori-chronology/1", "chronology: the format %v", file["format"])
	for _, value := range asList(file["rows"], "chronology") {
		row := asObject(value, "chronology", "at", "entry", "text_en", "text_ja")
		at := asTime(row["at"], "chronology")
		if row["entry"] == nil {
			continue
		}
		index := asCount(row["entry"], "chronology")
		one := b.entries[index]
		if b.v.finds(one != nil, "chronology: no entry %d", index) {
			b.v.holds(one.at.Equal(at), "chronology: another time than entry %d", index)
		}
	}
}
