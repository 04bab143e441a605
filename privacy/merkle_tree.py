"""Merkle trees as in RFC 9162 (certificate transparency): hashes of leaves and nodes, and roots of growing trees.

Pure functions over 32-byte hashes. `privacy.transparency_log` stores the tree and makes the proofs; whoever holds one
checks it without this site (`check_receipt.py`).
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
