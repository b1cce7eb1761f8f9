// A judge of a ledger export that shares no code with Kuramori: the Go project's own transparency log packages
// (golang.org/x/mod/sumdb/note and tlog), as they guard Go's module checksums. docs/en/verify/judges.md says how to run it.
//
//	tlog EXPORT [OLDER_CHECKPOINT]
//
// It opens the checkpoint with the first key of keys.txt, reads every hash through the tiles up to the signed root,
// hashes every entry, proves each to be included, and proves that an older checkpoint is continued.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// tiles reads the files of c2sp.org/tlog-tiles, whose names leave out the height: tile/<level>/<n>[.p/<width>].
type tiles struct{ folder string }

func (t tiles) Height() int                            { return height }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		name := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, name))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func check(err error) {
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func head(file string, known note.Verifiers) tlog.Tree {
	raw, err := os.ReadFile(file)
	check(err)
	opened, err := note.Open(raw, known)
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

// entries yields the records of one bundle of tile/entries: each after its length in two bytes.
func entries(folder string, tile tlog.Tile) [][]byte {
	tile.L = -1
	name := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/data/", height), "tile/entries/", 1)
	raw, err := os.ReadFile(filepath.Join(folder, name))
	check(err)
	var found [][]byte
	for len(raw) > 0 {
		length := int(binary.BigEndian.Uint16(raw)) + 2
		found = append(found, raw[2:length])
		raw = raw[length:]
	}
	return found
}

func main() {
	folder := os.Args[1]
	keys, err := os.ReadFile(filepath.Join(folder, "keys.txt"))
	check(err)
	verifier, err := note.NewVerifier(strings.SplitN(string(keys), "\n", 2)[0])
	check(err)
	known := note.VerifierList(verifier)
	tree := head(filepath.Join(folder, "checkpoint"), known)
	reader := tlog.TileHashReader(tree, tiles{folder})
	seen := int64(0)
	for first := int64(0); first < tree.N; first += 1 << height {
		width := tree.N - first
		if width > 1<<height {
			width = 1 << height
		}
		for i, body := range entries(folder, tlog.Tile{H: height, N: first >> height, W: int(width)}) {
			index := first + int64(i)
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			check(err)
			check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(body)))
			seen++
		}
	}
	if seen != tree.N {
		check(fmt.Errorf("%d entries, the head says %d", seen, tree.N))
	}
	if len(os.Args) > 2 {
		older := head(os.Args[2], known)
		proof, err := tlog.ProveTree(tree.N, older.N, reader)
		check(err)
		check(tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash))
	}
	fmt.Printf("%s: %d entries under %s\n", verifier.Name(), tree.N, tree.Hash)
}
