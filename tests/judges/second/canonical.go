package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
)

type object = map[string]any

var whole = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,15})$`)

// canonical reads JSON that has to be in the one form of RFC 8785, without floats: writing it again gives the same bytes.
func canonical(raw []byte, what string) any {
	var value any
	reader := json.NewDecoder(bytes.NewReader(raw))
	reader.UseNumber()
	if err := reader.Decode(&value); err != nil {
		refuse("%s: no JSON: %v", what, err)
	}
	if !bytes.Equal(written(value, what), raw) {
		refuse("%s: JSON is not canonical", what)
	}
	return value
}

func written(value any, what string) []byte {
	var out bytes.Buffer
	write(&out, value, what)
	return out.Bytes()
}

func write(out *bytes.Buffer, value any, what string) {
	switch value := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(value))
	case json.Number:
		writeNumber(out, value, what)
	case int:
		out.WriteString(strconv.Itoa(value))
	case string:
		writeString(out, value)
	case []any:
		out.WriteByte('[')
		for at, item := range value {
			if at > 0 {
				out.WriteByte(',')
			}
			write(out, item, what)
		}
		out.WriteByte(']')
	case object:
		writeObject(out, value, what)
	}
}

func writeNumber(out *bytes.Buffer, number json.Number, what string) {
	size, err := number.Int64()
	if err != nil || !whole.MatchString(number.String()) || size > 1<<53-1 || size < -(1<<53-1) {
		refuse("%s: the number %s", what, number)
	}
	out.WriteString(number.String())
}

func writeObject(out *bytes.Buffer, value object, what string) {
	names := make([]string, 0, len(value))
	for name := range value {
		names = append(names, name)
	}
	sort.Slice(names, func(a, b int) bool { return before(names[a], names[b]) })
	out.WriteByte('{')
	for at, name := range names {
		if at > 0 {
			out.WriteByte(',')
		}
		writeString(out, name)
		out.WriteByte(':')
		write(out, value[name], what)
	}
	out.WriteByte('}')
}

// before compares by UTF-16 code units (RFC 8785 section 3.2.3).
func before(left, right string) bool {
	a, b := utf16.Encode([]rune(left)), utf16.Encode([]rune(right))
	for at := 0; at < len(a) && at < len(b); at++ {
		if a[at] != b[at] {
			return a[at] < b[at]
		}
	}
	return len(a) < len(b)
}

var short = map[rune]string{'\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`, '"': `\"`, '\\': `\\`}

func writeString(out *bytes.Buffer, text string) {
	out.WriteByte('"')
	for _, sign := range text {
		if escaped, there := short[sign]; there {
			out.WriteString(escaped)
		} else if sign < 0x20 {
			fmt.Fprintf(out, `\u%04x`, sign)
		} else {
			out.WriteRune(sign)
		}
	}
	out.WriteByte('"')
}

// The readers below take a value of one kind, or refuse the document.

func asObject(value any, what string, members ...string) object {
	found, good := value.(object)
	if !good || (len(members) > 0 && len(found) != len(members)) {
		refuse("%s: not the members %s", what, strings.Join(members, ", "))
	}
	for _, member := range members {
		if _, there := found[member]; !there {
			refuse("%s: no %s", what, member)
		}
	}
	return found
}

func asList(value any, what string) []any {
	found, good := value.([]any)
	if !good {
		refuse("%s: no list", what)
	}
	return found
}

func asText(value any, what string) string {
	found, good := value.(string)
	if !good {
		refuse("%s: no text", what)
	}
	return found
}

// asCount takes a whole number from 0.
func asCount(value any, what string) int {
	number, good := value.(json.Number)
	size, err := number.Int64()
	if !good || err != nil || size < 0 {
		refuse("%s: no count", what)
	}
	return int(size)
}

type hash = [sha256.Size]byte

func asHash(value any, what string) hash {
	text, good := value.(string)
	raw, err := hex.DecodeString(text)
	if !good || err != nil || len(raw) != sha256.Size || hex.EncodeToString(raw) != text {
		refuse("%s: no SHA-256 in lower hex", what)
	}
	return *(*hash)(raw)
}

func asHashes(value any, what string) []hash {
	found := []hash{}
	for _, item := range asList(value, what) {
		found = append(found, asHash(item, what))
	}
	return found
}

func inHex(raw []byte) string {
	digest := sha256.Sum256(raw)
	return hex.EncodeToString(digest[:])
}

var base64url = base64.RawURLEncoding.Strict()
