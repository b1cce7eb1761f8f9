package main

import (
	"crypto/sha256"
	"fmt"
	"sort"
	"time"
)

// An entry is one entry file, read; closed are the members in sight without a disclosure.
type entry struct {
	index  int
	at     time.Time
	id     string
	leaf   hash
	proof  []hash
	shown  string
	notes  object
	closed map[string]bool
}

var instant = "2006-01-02T15:04:05.000000Z"

func asTime(value any, what string) time.Time {
	text := asText(value, what)
	at, err := time.Parse(instant, text)
	if err != nil || at.Format(instant) != text {
		refuse("%s: no time", what)
	}
	return at
}

// A commitment is a digest in sight: where it stands, and the name that its disclosure must have.
type commitment struct{ place, name string }

func readEntry(raw []byte, what string) *entry {
	file := asObject(canonical(raw, what), what, "body", "changes", "disclosures", "index", "proof", "subjects", "v")
	if asCount(file["v"], what) != 1 {
		refuse("%s: not version 1", what)
	}
	text := asText(file["body"], what)
	if len(text) > 65535 {
		refuse("%s: a body of %d bytes", what, len(text))
	}
	body := asObject(canonical([]byte(text), what), what, "at", "by", "changes", "id", "notes", "steps", "subjects", "v", "verb", "why")
	if asCount(body["v"], what) != 1 {
		refuse("%s: a body not of version 1", what)
	}
	found := &entry{index: asCount(file["index"], what), leaf: leafOf([]byte(text)), proof: asHashes(file["proof"], what)}
	found.at, found.id = asTime(body["at"], what), asText(body["id"], what)
	found.notes = asObject(body["notes"], what)
	found.shown = inHex(written([]any{file["changes"], file["disclosures"], file["subjects"]}, what))
	sight := map[string][]commitment{}
	inSight(body, sight, what)
	for at, change := range members(body["changes"], file["changes"], what) {
		ofChange(change, at, sight, what)
	}
	members(body["subjects"], file["subjects"], what)
	found.disclose(sight, asList(file["disclosures"], what), what)
	return found
}

// inSight gathers the commitments of the body itself.
func inSight(body object, sight map[string][]commitment, what string) {
	by := asObject(body["by"], what, "for", "id", "kind", "name")
	add := func(value any, place, name string) {
		digest := asText(value, what)
		sight[digest] = append(sight[digest], commitment{place, name})
	}
	add(by["name"], "by.name", "name")
	add(body["why"], "why", "why")
	for name, note := range asObject(body["notes"], what) {
		if sealed, there := asObject(note, what)["sd"]; there {
			add(sealed, "notes."+name, name)
		} else {
			asObject(note, what, "open")
		}
	}
}

func ofChange(value any, at int, sight map[string][]commitment, what string) {
	change := asObject(value, what, "fields", "id", "on", "op")
	for name, digest := range asObject(change["fields"], what) {
		text := asText(digest, what)
		sight[text] = append(sight[text], commitment{fmt.Sprintf("changes.%d.%s", at, name), name})
	}
}

// members gives the items in sight by their position: all of a list in the body, the shown ones of a list held by its root.
func members(held, shown any, what string) map[int]any {
	found := map[int]any{}
	if inBody, plain := held.([]any); plain {
		for at, item := range inBody {
			found[at] = item
		}
		if len(asList(shown, what)) > 0 {
			refuse("%s: shows items of a list that stands in the body", what)
		}
		return found
	}
	root := asObject(held, what, "count", "root")
	count, sum := asCount(root["count"], what), asHash(root["root"], what)
	for _, value := range asList(shown, what) {
		item := asObject(value, what, "item", "path", "position")
		text, at := asText(item["item"], what), asCount(item["position"], what)
		if !included(leafOf([]byte(text)), at, count, asHashes(item["path"], what), sum) {
			refuse("%s: an item is not of the list", what)
		}
		if _, twice := found[at]; twice {
			refuse("%s: an item is shown twice", what)
		}
		found[at] = canonical([]byte(text), what)
	}
	return found
}

// disclose opens commitments; what stays closed must stand in the manifest's list.
func (e *entry) disclose(sight map[string][]commitment, disclosures []any, what string) {
	e.closed = map[string]bool{}
	for _, places := range sight {
		for _, one := range places {
			e.closed[one.place] = true
		}
	}
	for _, value := range disclosures {
		text := asText(value, what)
		raw, err := base64url.DecodeString(text)
		if err != nil {
			refuse("%s: no disclosure", what)
		}
		parts := asList(canonical(raw, what), what)
		digest := sha256.Sum256([]byte(text))
		places := sight[base64url.EncodeToString(digest[:])]
		if len(parts) != 3 || len(places) == 0 {
			refuse("%s: a disclosure of nothing in sight", what)
		}
		for _, one := range places {
			if asText(parts[1], what) != one.name || !e.closed[one.place] {
				refuse("%s: a disclosure for %s, not for %s", what, parts[1], one.place)
			}
			delete(e.closed, one.place)
		}
	}
}

func (b *bundle) checkEntries() {
	named := map[string]bool{}
	last := -1
	for _, value := range asList(b.manifest["entries"], "entries") {
		row := asObject(value, "entries", "file", "index", "leaf", "shown")
		name, index := asText(row["file"], "entries"), asCount(row["index"], "entries")
		b.v.holds(index > last, "entries: %d after %d", index, last)
		b.v.holds(name == fmt.Sprintf("data/entries/%04d.json", len(named)+1), "entries: the name %s", name)
		named[name], last = true, index
		raw, there := b.files[name]
		b.sealed[index] = asHash(row["leaf"], "entries")
		if !b.v.finds(there, "%s is absent", name) {
			continue
		}
		b.v.judge(func() {
			found := readEntry(raw, name)
			b.entries[index] = found
			b.v.holds(found.index == index, "%s: the entry %d, not %d", name, found.index, index)
			b.v.holds(found.leaf == b.sealed[index], "%s: another leaf than sealed", name)
			b.v.holds(found.shown == asText(row["shown"], name), "%s: shows another thing than sealed", name)
			b.v.holds(included(found.leaf, index, b.head.size, found.proof, b.head.root), "%s: not in the ledger", name)
		})
	}
	for name := range b.files {
		if under(name, "data/entries/") {
			b.v.holds(named[name], "%s is not named", name)
		}
	}
}

// checkTimes finds entries dated before one that stands earlier, and those away from the time in their own UUIDv7 (RFC 9562).
func (b *bundle) checkTimes() {
	const slack = 10 * time.Minute
	order := []*entry{}
	for _, one := range b.entries {
		order = append(order, one)
	}
	sort.Slice(order, func(x, y int) bool { return order[x].index < order[y].index })
	var newest time.Time
	for _, one := range order {
		b.v.holds(!one.at.Before(newest.Add(-slack)), "entry %d is dated back", one.index)
		b.v.holds(!one.at.After(b.madeAt.Add(slack)), "entry %d is dated after the bundle", one.index)
		if one.at.After(newest) {
			newest = one.at
		}
		if made, is7 := timeOfID(one.id); is7 {
			away := one.at.Sub(made)
			b.v.holds(away <= slack && away >= -slack, "entry %d: its time is not that of its id", one.index)
		}
	}
}

func timeOfID(id string) (time.Time, bool) {
	var high, low, version uint64
	count, err := fmt.Sscanf(id, "%8x-%4x-%1x", &high, &low, &version)
	return time.UnixMilli(int64(high<<16 | low)), err == nil && count == 3 && version == 7
}
