// A second verifier of bundles, written from docs/en/verify/format.md alone, with Go's standard library.
// It shares no code with the first and was written without a look at it, so that the document is judged too.
//
//	second BUNDLE        a folder or a zip
//
// Exit status as in the document: 0 sound, 1 integrity broken, 2 incomplete, 3 not a bundle.
package main

import (
	"errors"
	"fmt"
	"os"
)

// A verdict collects what is wrong; the words are for the reader, the exit status is what counts.
type verdict struct {
	broken, incomplete []string
}

func (v *verdict) breaks(words string, more ...any) {
	v.broken = append(v.broken, fmt.Sprintf(words, more...))
}

func (v *verdict) lacks(words string, more ...any) {
	v.incomplete = append(v.incomplete, fmt.Sprintf(words, more...))
}

// holds says whether it is so, and notes the words when it is not.
func (v *verdict) holds(so bool, words string, more ...any) bool {
	if !so {
		v.breaks(words, more...)
	}
	return so
}

// finds is like holds, for what is absent: that makes a bundle incomplete, not broken.
func (v *verdict) finds(there bool, words string, more ...any) bool {
	if !there {
		v.lacks(words, more...)
	}
	return there
}

func (v *verdict) exit() int {
	switch {
	case len(v.broken) > 0:
		return 1
	case len(v.incomplete) > 0:
		return 2
	}
	return 0
}

// A shape is a document whose form is not what the format says; reading on would make no sense.
type shape struct{ words string }

func refuse(words string, more ...any) {
	panic(shape{fmt.Sprintf(words, more...)})
}

// judge runs one part; a wrong form ends that part alone, so that the others still speak.
func (v *verdict) judge(part func()) {
	defer func() {
		if wrong := recover(); wrong != nil {
			form, known := wrong.(shape)
			if !known {
				panic(wrong)
			}
			v.breaks("%s", form.words)
		}
	}()
	part()
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "second BUNDLE")
		os.Exit(3)
	}
	files, err := gather(os.Args[1])
	if err != nil {
		fmt.Println("refused:", err)
		if errors.Is(err, errClosed) {
			os.Exit(3)
		}
		os.Exit(1)
	}
	if _, there := files["data/manifest.json"]; !there {
		fmt.Println("not a bundle: no data/manifest.json")
		os.Exit(3)
	}
	v := &verdict{}
	check(v, files)
	for _, words := range v.broken {
		fmt.Println("broken:", words)
	}
	for _, words := range v.incomplete {
		fmt.Println("incomplete:", words)
	}
	os.Exit(v.exit())
}

// check runs every part over the files, in the order of the document.
func check(v *verdict, files map[string][]byte) {
	v.judge(func() { checkBag(v, files) })
	b := &bundle{v: v, files: files, entries: map[int]*entry{}, sealed: map[int]hash{}}
	v.judge(func() {
		b.read()
		v.judge(b.checkFiles)
		v.judge(b.checkHead)
		v.judge(b.checkEntries)
		v.judge(b.checkTimes)
		v.judge(b.checkSeal)
		v.judge(b.checkSegments)
		v.judge(b.checkWithheld)
		v.judge(b.checkExhibits)
		v.judge(b.checkChronology)
		v.judge(b.checkWitnesses)
		v.judge(b.checkTokens)
	})
}
