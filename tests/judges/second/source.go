package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const largest = 64 << 30

// errClosed: nothing can be said about what cannot be opened.
var errClosed = errors.New("cannot be opened")

// gather reads a folder or a zip into memory, by name. Links and names outside the alphabet are no bundle.
func gather(path string) (map[string][]byte, error) {
	about, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errClosed, err)
	}
	if about.IsDir() {
		return fromFolder(path)
	}
	return fromZip(path)
}

func fromFolder(root string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() {
			return err
		}
		if !item.Type().IsRegular() {
			return fmt.Errorf("%s is no regular file", path)
		}
		name, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	return files, err
}

func fromZip(path string) (map[string][]byte, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errClosed, err)
	}
	defer archive.Close()
	files := map[string][]byte{}
	for _, item := range archive.File {
		if strings.HasSuffix(item.Name, "/") {
			continue
		}
		if _, twice := files[item.Name]; twice {
			return nil, fmt.Errorf("%s is there twice", item.Name)
		}
		if files[item.Name], err = unpacked(item); err != nil {
			return nil, fmt.Errorf("%s: %w", item.Name, err)
		}
	}
	return withoutFolder(files), nil
}

func unpacked(item *zip.File) ([]byte, error) {
	if !item.Mode().IsRegular() {
		return nil, fmt.Errorf("no regular file")
	}
	if item.Flags&1 != 0 {
		return nil, fmt.Errorf("encrypted")
	}
	packed := item.CompressedSize64
	if item.UncompressedSize64 > largest || (item.UncompressedSize64 > 64<<20 && item.UncompressedSize64 > 200*packed) {
		return nil, fmt.Errorf("%w: it grows too large", errClosed)
	}
	stream, err := item.Open()
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	return io.ReadAll(stream)
}

// withoutFolder takes off the one folder that all names lie in, if there is one.
func withoutFolder(files map[string][]byte) map[string][]byte {
	if _, there := files["bagit.txt"]; there {
		return files
	}
	top, short := "", map[string][]byte{}
	for name, raw := range files {
		folder, rest, nested := strings.Cut(name, "/")
		if !nested || (top != "" && folder != top) {
			return files
		}
		top, short[rest] = folder, raw
	}
	return short
}
