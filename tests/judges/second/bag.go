package main

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	goodName = regexp.MustCompile(`^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$`)
	line     = regexp.MustCompile(`^([0-9a-f]{64}) [ *](.+)$`)
	outside  = regexp.MustCompile(`^tokens/[a-z0-9-]{1,40}\.tsr$`)
)

// checkBag holds the files against BagIt's two manifests (RFC 8493): nothing changed, nothing missing, nothing more.
func checkBag(v *verdict, files map[string][]byte) {
	for name := range files {
		v.holds(goodName.MatchString(name) && !strings.Contains("/"+name+"/", "/../"), "the name %q", name)
	}
	declared := strings.ReplaceAll(string(files["bagit.txt"]), "\r\n", "\n")
	v.holds(strings.TrimRight(declared, "\n") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8", "bagit.txt")
	payload, tags := listed(v, files, "manifest-sha256.txt"), listed(v, files, "tagmanifest-sha256.txt")
	for name := range files {
		switch {
		case strings.HasPrefix(name, "data/"):
			v.holds(payload[name], "%s stands in no manifest", name)
		case name != "tagmanifest-sha256.txt" && !outside.MatchString(name):
			v.holds(tags[name], "%s stands in no tag manifest", name)
		}
	}
	checkOxum(v, files)
}

func listed(v *verdict, files map[string][]byte, manifest string) map[string]bool {
	found := map[string]bool{}
	raw, there := files[manifest]
	if !v.holds(there, "no %s", manifest) {
		return found
	}
	for _, text := range strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n") {
		parts := line.FindStringSubmatch(strings.TrimSuffix(text, "\r"))
		if !v.holds(parts != nil, "%s: the line %q", manifest, text) {
			continue
		}
		name := strings.TrimLeft(parts[2], " *")
		content, there := files[name]
		v.holds(!found[name], "%s: %s stands there twice", manifest, name)
		v.holds(strings.HasPrefix(name, "data/") == (manifest == "manifest-sha256.txt"), "%s: %s belongs elsewhere", manifest, name)
		if v.holds(there, "%s is missing", name) {
			v.holds(inHex(content) == parts[1], "%s was changed", name)
		}
		found[name] = true
	}
	return found
}

func checkOxum(v *verdict, files map[string][]byte) {
	size, count := 0, 0
	for name, raw := range files {
		if strings.HasPrefix(name, "data/") {
			size, count = size+len(raw), count+1
		}
	}
	if found, there := bagInfo(string(files["bag-info.txt"]))["Payload-Oxum"]; there {
		v.holds(found == fmt.Sprintf("%d.%d", size, count), "Payload-Oxum says %s, not %d.%d", found, size, count)
	}
}

// bagInfo reads the labels of bag-info.txt; a line that begins with a blank goes on the one before (RFC 8493 section 2.2.2).
func bagInfo(text string) map[string]string {
	found, last := map[string]string{}, ""
	for _, text := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\t") {
			found[last] += " " + strings.TrimSpace(text)
			continue
		}
		label, value, good := strings.Cut(text, ":")
		if text == "" {
			continue
		}
		if _, twice := found[label]; !good || twice {
			label = "not a label, or twice: " + text
		}
		last = strings.TrimSpace(label)
		found[last] = strings.TrimSpace(value)
	}
	return found
}
