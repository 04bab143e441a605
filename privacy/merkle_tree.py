"""Merkle trees as in RFC 9162 (certificate transparency): hashes of leaves and nodes, and checks of proofs.

Pure functions over 32-byte hashes. `privacy.transparency_log` stores the tree and makes the proofs.
"""

import hashlib

LEAF, NODE = b"\0", b"\1"  # section 2.1.1: a leaf can never be taken for a node
EMPTY = hashlib.sha256().digest()  # the root of a tree without leaves


def leaf_hash(data):
    return hashlib.sha256(LEAF + data).digest()


def node_hash(left, right):
    return hashlib.sha256(NODE + left + right).digest()


def fold(hashes):
    """Return the root of a complete tree, whose number of leaves is a power of two."""
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def split(size):
    """Return the number of leaves in the left part: the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


class Roots:
    """Computes the root of a growing tree leaf by leaf, in memory that grows with its height only."""

    def __init__(self):
        self.size, self.complete = 0, []  # roots of complete subtrees, the largest first

    def add(self, leaf):
        self.size += 1
        self.complete.append(leaf)
        for _merge in range((self.size & -self.size).bit_length() - 1):
            right, left = self.complete.pop(), self.complete.pop()
            self.complete.append(node_hash(left, right))

    @property
    def root(self):
        if not self.complete:
            return EMPTY
        *rest, found = self.complete
        for left in reversed(rest):
            found = node_hash(left, found)
        return found


def root_from_inclusion(leaf, index, size, proof):
    """Return the root that an inclusion proof gives (section 2.1.3.2), or None if its length does not fit."""
    if not 0 <= index < size:
        return None
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(old_size, old_root, size, root, proof):
    """Return whether the tree of `size` leaves begins with the older one (section 2.1.4.2)."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return old_root == root and not proof
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old, new = path[0], path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and (old, new) == (old_root, root)
