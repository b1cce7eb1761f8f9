package main

import "strings"

// A segment shown: the leaves of its header and of its shown rows, in their order.
type segment struct {
	entry  int
	leaves []hash
}

// checkSegments ties each extract of a log to what was sealed when the segment was taken in.
func (b *bundle) checkSegments() {
	b.segments = map[string]segment{}
	csvs := map[string]bool{}
	for _, value := range asList(b.manifest["segments"], "segments") {
		row := asObject(value, "segments", "csv", "entry", "parquet", "path", "ranges", "segment")
		name := asText(row["segment"], "segments")
		_, twice := b.segments[name]
		b.v.holds(!twice, "segments: %s twice", name)
		b.v.judge(func() { b.checkSegment(row, name) })
		csvs[asText(row["csv"], "segments")] = true
		if row["parquet"] != nil {
			csvs[asText(row["parquet"], "segments")] = true
		}
	}
	for name := range b.files {
		if under(name, "data/events/") {
			b.v.holds(csvs[name], "%s belongs to no segment", name)
		}
	}
}

func (b *bundle) checkSegment(row object, name string) {
	index := asCount(row["entry"], "segments")
	one := b.entries[index]
	if !b.v.finds(one != nil, "segment %s: entry %d, that sealed it, is absent", name, index) {
		b.rowsAbsent = true
		return
	}
	b.v.holds(one.open("segment") == name, "segment %s: entry %d sealed another", name, index)
	if row["parquet"] != nil {
		raw, there := b.files[asText(row["parquet"], "segments")]
		b.v.holds(!there || one.open("sha256") == inHex(raw), "segment %s: another file than sealed", name)
	}
	raw, there := b.files[asText(row["csv"], "segments")]
	if !there {
		b.rowsAbsent = true // checkFiles has said so
		return
	}
	leaves := leavesOf(raw, name)
	b.segments[name] = segment{index, leaves}
	b.shownRows += len(leaves) - 1
	if one.open("rows_root") == nil {
		return // shown, though nothing ties its rows to a seal
	}
	shown := places(row["ranges"], leaves, name)
	count := asCount(one.open("rows"), "segments")
	root, rest, good := rebuilt(0, count+1, shown, asHashes(row["path"], "segments"))
	tied := good && len(rest) == 0 && root == asHash(one.open("rows_root"), "segments")
	b.v.holds(tied, "segment %s: its rows are not those that were sealed", name)
}

// open is the value of an open note, or nil.
func (e *entry) open(name string) any {
	note, _ := e.notes[name].(object)
	return note["open"]
}

// places gives each shown leaf its position; the header is leaf 0.
func places(value any, leaves []hash, what string) map[int]hash {
	shown, next, last := map[int]hash{0: leaves[0]}, 1, 0
	for _, value := range asList(value, what) {
		pair := asList(value, what)
		if len(pair) != 2 {
			refuse("segment %s: a range", what)
		}
		first, count := asCount(pair[0], what), asCount(pair[1], what)
		if first <= last || count < 1 || next+count > len(leaves) {
			refuse("segment %s: ranges that do not fit its rows", what)
		}
		for at := first; at < first+count; at++ {
			shown[at] = leaves[next]
			next++
		}
		last = first + count - 1
	}
	if next != len(leaves) {
		refuse("segment %s: more rows than ranges", what)
	}
	return shown
}

func leavesOf(raw []byte, what string) []hash {
	rows := rowsOf(strings.TrimPrefix(string(raw), "\ufeff"), what)
	leaves := make([]hash, len(rows))
	for at, row := range rows {
		fields := make([]any, len(row))
		for at, field := range row {
			fields[at] = bare(field)
		}
		leaves[at] = leafOf(written(fields, what))
	}
	return leaves
}

// rowsOf reads RFC 4180. Go's own reader turns CR LF inside of a quoted field into LF, and leaves out blank lines.
func rowsOf(text, what string) [][]string {
	rows, row := [][]string{}, []string{}
	for text != "" {
		var field string
		field, text = fieldOf(text, what)
		row = append(row, field)
		if strings.HasPrefix(text, ",") {
			text = text[1:]
			if text == "" {
				row = append(row, "")
			}
			continue
		}
		text = strings.TrimPrefix(strings.TrimPrefix(text, "\r"), "\n")
		rows, row = append(rows, row), []string{}
	}
	if len(row) > 0 {
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		refuse("segment %s: no CSV", what)
	}
	return rows
}

// fieldOf takes one field off the text.
func fieldOf(text, what string) (string, string) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, ",\r\n")
		if end < 0 {
			end = len(text)
		}
		if strings.Contains(text[:end], `"`) {
			refuse("segment %s: a quote inside of a field", what)
		}
		return text[:end], text[end:]
	}
	var field strings.Builder
	for text = text[1:]; ; text = text[1:] {
		end := strings.IndexByte(text, '"')
		if end < 0 {
			refuse("segment %s: a field without an end", what)
		}
		field.WriteString(text[:end])
		text = text[end+1:]
		if !strings.HasPrefix(text, `"`) {
			break
		}
		field.WriteByte('"')
	}
	if text != "" && !strings.ContainsRune(",\r\n", rune(text[0])) {
		refuse("segment %s: text behind a quote", what)
	}
	return field.String(), text
}

// bare takes off the apostrophe that keeps a spreadsheet from calculating the field.
func bare(field string) string {
	if !strings.HasPrefix(field, "'") {
		return field
	}
	for _, sign := range strings.TrimLeft(field, "'") {
		if strings.ContainsRune("=+-@\t\r\n＝＋－＠", sign) {
			return field[1:]
		}
		break
	}
	return field
}
