package main

import (
	"fmt"
	"sort"
)

// checkExhibits holds each exhibit against what was sealed, and the twin against all of them.
func (b *bundle) checkExhibits() {
	pairs := []any{}
	for _, value := range asList(b.manifest["exhibits"], "exhibits") {
		row := asObject(value, "exhibits", "entry", "file", "kind", "number", "root", "segment")
		number, name := asCount(row["number"], "exhibits"), asText(row["file"], "exhibits")
		b.v.holds(number == len(pairs)+1, "exhibits: %d stands at %d", number, len(pairs)+1)
		b.v.holds(name == fmt.Sprintf("data/exhibits/%04d.json", number), "exhibits: the name %s", name)
		pairs = append(pairs, []any{row["number"], row["root"]})
		b.v.judge(func() { b.checkExhibit(row, name) })
	}
	b.v.holds(inHex(written(pairs, "twin")) == b.manifest["twin"], "the twin is not that of these exhibits")
	b.checkCounts()
}

func (b *bundle) checkExhibit(row object, name string) {
	switch row["kind"] {
	case "record":
		b.v.holds(row["segment"] == nil && (row["entry"] == nil) == (row["root"] == nil), "%s: a record's root", name)
		if row["entry"] != nil {
			leaf, there := b.sealed[asCount(row["entry"], name)]
			if b.v.finds(there, "%s: its entry is absent", name) {
				b.v.holds(leaf == asHash(row["root"], name), "%s: not the leaf of its entry", name)
			}
		}
	case "entries":
		b.v.holds(row["segment"] == nil && row["entry"] == nil && rootOf(b.leaves()) == asHash(row["root"], name), "%s: not the root of the entries", name)
	case "log":
		b.checkLog(row, name)
	default:
		refuse("%s: the kind %v", name, row["kind"])
	}
}

// checkLog: rows that are shown give the root; rows that are withheld leave it open, and say so in the list.
func (b *bundle) checkLog(row object, name string) {
	index, root := asCount(row["entry"], name), asHash(row["root"], name)
	one := b.entries[index]
	if !b.v.finds(one != nil, "%s: its entry is absent", name) {
		return
	}
	b.v.holds(one.open("segment") == row["segment"], "%s: entry %d did not seal its segment", name, index)
	if shown, there := b.segments[asText(row["segment"], name)]; there {
		b.v.holds(shown.entry == index && rootOf(shown.leaves) == root, "%s: not the root of its rows", name)
		return
	}
	for _, value := range asList(b.manifest["withheld"], "withheld") {
		if row := asObject(value, "withheld"); row["member"] == "rows" && asCount(row["entry"], "withheld") == index {
			return
		}
	}
	b.v.lacks("%s: its rows are neither shown nor withheld", name)
}

// leaves are those of all entries that the manifest names, absent ones too.
func (b *bundle) leaves() []hash {
	order := []int{}
	for index := range b.sealed {
		order = append(order, index)
	}
	sort.Ints(order)
	found := make([]hash, len(order))
	for at, index := range order {
		found[at] = b.sealed[index]
	}
	return found
}

func (b *bundle) checkCounts() {
	counts := asObject(b.manifest["counts"], "counts", "entries", "exhibits", "files", "rows", "segments", "withheld")
	for _, part := range []string{"entries", "exhibits", "files", "segments", "withheld"} {
		b.v.holds(asCount(counts[part], "counts") == len(asList(b.manifest[part], part)), "counts: %s", part)
	}
	b.v.holds(b.rowsAbsent || asCount(counts["rows"], "counts") == b.shownRows, "counts: rows")
}
