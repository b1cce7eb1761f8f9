package main

import (
	"bytes"
	"crypto"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/asn1"
	"strings"
	"time"
)

// checkWitnesses: what somebody outside holds is signed by the ledger, and the bundle's head continues it.
func (b *bundle) checkWitnesses() {
	const folder = "data/ledger/witnesses/"
	for _, value := range asList(b.manifest["witnesses"], "witnesses") {
		row := asObject(value, "witnesses", "kind", "name", "slug")
		if _, there := b.files[folder+asText(row["slug"], "witnesses")+".txt"]; !there {
			b.v.lacks("the head of the witness %s is absent", row["slug"])
		}
	}
	for name := range b.files {
		slug := strings.TrimPrefix(name, folder)
		switch {
		case !under(name, "data/ledger/"):
		case under(name, folder) && strings.HasSuffix(slug, ".txt"):
			b.v.judge(func() { b.checkWitness(folder + strings.TrimSuffix(slug, ".txt")) })
		case under(name, folder):
			head := folder + strings.TrimSuffix(strings.TrimSuffix(slug, ".key"), ".proof.json") + ".txt"
			_, there := b.files[head]
			b.v.holds(there && head != name+".txt", "%s serves no head", name)
		default:
			known := name == "data/ledger/checkpoint.txt" || name == "data/ledger/keys.txt" || name == "data/ledger/seal.json"
			b.v.holds(known, "%s is unknown", name)
		}
	}
}

func (b *bundle) checkWitness(path string) {
	held := headOf(b.files[path+".txt"], path)
	b.v.holds(held.origin == b.head.origin, "%s: a head of %s", path, held.origin)
	b.v.holds(held.signedBy(b.ownKeys(), path), "%s: not signed by the ledger", path)
	if text, there := b.files[path+".key"]; there {
		key := keyOf(strings.TrimSuffix(string(text), "\n"), path)
		b.v.holds(key.kind == cosigns, "%s: a key that cannot cosign", path)
		b.v.finds(held.signedBy([]verifierKey{key}, path), "%s: not cosigned by its witness", path)
	}
	proof, name := []hash{}, path+".proof.json"
	if raw, there := b.files[name]; held.size < b.head.size && !b.v.finds(there, "%s is absent", name) {
		return
	} else if there {
		file := asObject(canonical(raw, name), name, "from", "proof", "to")
		proof = asHashes(file["proof"], name)
		b.v.holds(asCount(file["from"], name) == held.size && asCount(file["to"], name) == b.head.size, "%s: of other sizes", name)
	}
	b.v.holds(continued(held.size, b.head.size, held.root, b.head.root, proof), "%s: the checkpoint does not continue this head", path)
}

// What RFC 3161 and RFC 5652 say of a reply, as far as the imprint and the time need it.
type (
	reply struct {
		Status struct {
			Status int
			Rest   []asn1.RawValue `asn1:"optional"`
		}
		Token struct {
			Kind    asn1.ObjectIdentifier
			Content asn1.RawValue `asn1:"explicit,tag:0"`
		}
	}
	signedData struct {
		Version    int
		Algorithms asn1.RawValue
		Content    struct {
			Kind asn1.ObjectIdentifier
			Raw  []byte `asn1:"explicit,tag:0"`
		}
	}
	stamp struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint struct {
			Algorithm struct {
				Kind       asn1.ObjectIdentifier
				Parameters asn1.RawValue `asn1:"optional"`
			}
			Digest []byte
		}
		Serial asn1.RawValue
		At     time.Time `asn1:"generalized"`
	}
)

var digests = map[string]crypto.Hash{
	"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

// checkTokens holds each time stamp's imprint against the bytes that it is over. Signature and chain are left to OpenSSL.
func (b *bundle) checkTokens() {
	over := map[string]string{"data/tokens/": "data/ledger/checkpoint.txt", "tokens/": "tagmanifest-sha256.txt"}
	for name, raw := range b.files {
		for folder, stamped := range over {
			if !under(name, folder) {
				continue
			}
			if strings.HasSuffix(name, ".tsr") {
				pem := "data/tokens/" + strings.TrimSuffix(name[strings.LastIndex(name, "/")+1:], ".tsr") + ".pem"
				_, there := b.files[pem]
				b.v.finds(there, "%s: its authority's certificates are absent", name)
				b.v.judge(func() { b.checkToken(name, raw, stamped) })
				continue
			}
			_, serves := b.files[strings.TrimSuffix(name, ".pem")+".tsr"]
			b.v.holds(strings.HasSuffix(name, ".pem") && folder == "data/tokens/" && serves, "%s serves no token", name)
		}
	}
	for _, value := range asList(b.manifest["stamps"], "stamps") {
		row := asObject(value, "stamps", "authority", "due", "name")
		for _, due := range asList(row["due"], "stamps") {
			folder := map[any]string{"checkpoint": "data/tokens/", "tag_manifest": "tokens/"}[due]
			if _, there := b.files[folder+asText(row["authority"], "stamps")+".tsr"]; !there {
				b.v.lacks("the time stamp of %s over the %s is absent", row["name"], due)
			}
		}
	}
}

func (b *bundle) checkToken(name string, raw []byte, stamped string) {
	var answer reply
	var data signedData
	var found stamp
	decode(raw, &answer, name)
	b.v.holds(answer.Status.Status == 0 || answer.Status.Status == 1, "%s: not granted", name)
	decode(answer.Token.Content.Bytes, &data, name)
	decode(data.Content.Raw, &found, name)
	kind, known := digests[found.Imprint.Algorithm.Kind.String()]
	if !b.v.holds(known, "%s: a weak digest", name) {
		return
	}
	sum := kind.New()
	sum.Write(b.files[stamped])
	b.v.holds(bytes.Equal(sum.Sum(nil), found.Imprint.Digest), "%s is over other bytes than %s", name, stamped)
	for index, one := range b.entries {
		b.v.holds(!one.at.After(found.At.Add(10*time.Minute)), "entry %d is dated after the stamp %s", index, name)
	}
}

func decode(raw []byte, into any, what string) {
	rest, err := asn1.Unmarshal(raw, into)
	if err != nil || len(rest) > 0 {
		refuse("%s: no time stamp: %v", what, err)
	}
}
