package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

const (
	signs   = 0x01 // Ed25519 over the text (C2SP signed-note)
	cosigns = 0x04 // Ed25519 with a time (C2SP tlog-cosignature)
)

type verifierKey struct {
	name string
	id   uint32
	kind byte
	raw  ed25519.PublicKey
}

// A head is the text of a checkpoint, with the signature lines below it.
type head struct {
	origin     string
	size       int
	root       hash
	text       string
	signatures []signature
}

type signature struct {
	name string
	id   uint32
	raw  []byte
}

func keyOf(text, what string) verifierKey {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		refuse("%s: no verifier key", what)
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	id, wrong := strconv.ParseUint(parts[1], 16, 32)
	if err != nil || wrong != nil || len(raw) != 33 || len(parts[1]) != 8 || parts[0] == "" {
		refuse("%s: no verifier key", what)
	}
	digest := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	if uint32(id) != binary.BigEndian.Uint32(digest[:]) {
		refuse("%s: the key's id is not its own", what)
	}
	return verifierKey{parts[0], uint32(id), raw[0], ed25519.PublicKey(raw[1:])}
}

func headOf(raw []byte, what string) head {
	text, below, good := strings.Cut(string(raw), "\n\n")
	if !good || len(raw) > 64<<10 || !strings.HasSuffix(below, "\n") {
		refuse("%s: no signed note", what)
	}
	lines := strings.Split(text, "\n")
	if len(lines) < 3 || lines[0] == "" {
		refuse("%s: no checkpoint", what)
	}
	size, err := strconv.Atoi(lines[1])
	root, wrong := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || wrong != nil || len(root) != 32 || size < 0 || strconv.Itoa(size) != lines[1] {
		refuse("%s: no checkpoint", what)
	}
	found := head{origin: lines[0], size: size, root: *(*hash)(root), text: text + "\n"}
	for _, text := range strings.Split(strings.TrimSuffix(below, "\n"), "\n") {
		found.signatures = append(found.signatures, signatureOf(text, what))
	}
	if len(found.signatures) > 63 {
		refuse("%s: more than 63 signatures", what)
	}
	return found
}

func signatureOf(text, what string) signature {
	name, encoded, good := strings.Cut(strings.TrimPrefix(text, "— "), " ")
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !strings.HasPrefix(text, "— ") || !good || err != nil || len(raw) < 5 || name == "" {
		refuse("%s: no signature line", what)
	}
	return signature{name, binary.BigEndian.Uint32(raw), raw[4:]}
}

// signedBy says whether one of the keys signed; a wrong signature of a key that we know spoils the head.
func (h head) signedBy(keys []verifierKey, what string) bool {
	good := false
	for _, sign := range h.signatures {
		for _, key := range keys {
			if key.name != sign.name || key.id != sign.id {
				continue
			}
			if !key.verifies(h.text, sign.raw) {
				refuse("%s: a wrong signature of %s", what, key.name)
			}
			good = true
		}
	}
	return good
}

func (k verifierKey) verifies(text string, raw []byte) bool {
	switch {
	case k.kind == signs && len(raw) == 64:
		return ed25519.Verify(k.raw, []byte(text), raw)
	case k.kind == cosigns && len(raw) == 72:
		seconds := binary.BigEndian.Uint64(raw)
		return ed25519.Verify(k.raw, []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)), raw[8:])
	}
	return false
}
