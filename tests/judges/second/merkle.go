package main

import "crypto/sha256"

// RFC 6962 section 2: leaves, nodes, roots, and the two kinds of proof.

func leafOf(content []byte) hash { return sha256.Sum256(append([]byte{0}, content...)) }

func nodeOf(left, right hash) hash {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// half is the largest power of two below size, which is 2 or more.
func half(size int) int {
	power := 1
	for power*2 < size {
		power *= 2
	}
	return power
}

func rootOf(leaves []hash) hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	}
	split := half(len(leaves))
	return nodeOf(rootOf(leaves[:split]), rootOf(leaves[split:]))
}

// included follows an inclusion proof from the leaf up; false when it is too short, too long, or leads elsewhere.
func included(leaf hash, index, size int, proof []hash, root hash) bool {
	if index < 0 || index >= size {
		return false
	}
	found, rest, good := climb(leaf, index, size, proof)
	return good && len(rest) == 0 && found == root
}

// climb computes the root of a tree of this size; the sibling of the highest node stands last in the proof.
func climb(leaf hash, index, size int, proof []hash) (hash, []hash, bool) {
	if size == 1 {
		return leaf, proof, true
	}
	split := half(size)
	var below hash
	var good bool
	if index < split {
		below, proof, good = climb(leaf, index, split, proof)
	} else {
		below, proof, good = climb(leaf, index-split, size-split, proof)
	}
	if !good || len(proof) == 0 {
		return below, nil, false
	}
	if index < split {
		return nodeOf(below, proof[0]), proof[1:], true
	}
	return nodeOf(proof[0], below), proof[1:], true
}

// continued says whether the tree of size `to` begins with the tree of size `from` (RFC 6962 section 2.1.2).
func continued(from, to int, older, newer hash, proof []hash) bool {
	if from > to || from < 0 {
		return false
	}
	if from == 0 {
		return len(proof) == 0 && older == rootOf(nil)
	}
	if from == to {
		return len(proof) == 0 && older == newer
	}
	was, is, rest, good := both(from, to, older, true, proof)
	return good && len(rest) == 0 && was == older && is == newer
}

// both computes the older and the newer root over one subtree, as SUBPROOF(m, D[n], b) walks it.
func both(from, to int, older hash, complete bool, proof []hash) (hash, hash, []hash, bool) {
	if from == to {
		if complete {
			return older, older, proof, true
		}
		if len(proof) == 0 {
			return hash{}, hash{}, nil, false
		}
		return proof[0], proof[0], proof[1:], true
	}
	split := half(to)
	if from <= split {
		was, is, rest, good := both(from, split, older, complete, proof)
		if !good || len(rest) == 0 {
			return was, is, nil, false
		}
		return was, nodeOf(is, rest[0]), rest[1:], true
	}
	was, is, rest, good := both(from-split, to-split, older, false, proof)
	if !good || len(rest) == 0 {
		return was, is, nil, false
	}
	return nodeOf(rest[0], was), nodeOf(rest[0], is), rest[1:], true
}

// rebuilt computes a root from some leaves and the roots of the largest subtrees without any of them, left to right.
func rebuilt(start, size int, shown map[int]hash, path []hash) (hash, []hash, bool) {
	if !anyShown(start, size, shown) {
		if len(path) == 0 {
			return hash{}, nil, false
		}
		return path[0], path[1:], true
	}
	if size == 1 {
		return shown[start], path, true
	}
	split := half(size)
	left, path, good := rebuilt(start, split, shown, path)
	if !good {
		return left, nil, false
	}
	right, path, good := rebuilt(start+split, size-split, shown, path)
	return nodeOf(left, right), path, good
}

func anyShown(start, size int, shown map[int]hash) bool {
	if len(shown) < size {
		for index := range shown {
			if index >= start && index < start+size {
				return true
			}
		}
		return false
	}
	for index := start; index < start+size; index++ {
		if _, there := shown[index]; there {
			return true
		}
	}
	return false
}
