#!/usr/bin/env python3
"""Verifies a receipt of remit, with nothing but its text (docs/receipts.md).

    curl -s "$REMIT/payments/$ID/receipt" | verify_receipt.py [--root HEX] [--checkpoints FILE]

Each posting's text is hashed, led to the root of its checkpoint's Merkle tree (RFC 6962), and that
to the checkpoint's root hash. The root hash must be one that you know from elsewhere, or have kept:
that is what makes a receipt a proof. Give it with --root; without, it is printed for you to compare.
With --checkpoints, a file of GET /ledger/checkpoints, that root hash may be a later one: the chain
from the receipt's checkpoint to it is checked.

Exit status: 0 it is proved, 1 it is not, 2 it is no receipt, or has no proof yet.
"""
import argparse
import hashlib
import json
import sys


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def number(value):
    return int(value).to_bytes(8, "big", signed=True)


def merkle_root(leaf, index, size, path):
    """The root that the path leads to (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    digest, last = sha256(b"\x00", leaf), size - 1
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if index % 2 == 1 or index == last:
            digest = sha256(b"\x01", sibling, digest)
            while index % 2 == 0 and index != 0:
                index, last = index // 2, last // 2
        else:
            digest = sha256(b"\x01", digest, sibling)
        index, last = index // 2, last // 2
    if last != 0:
        raise ValueError("the path is too short")
    return digest


def root_hash(checkpoint):
    return sha256(b"\x02", bytes.fromhex(checkpoint["previous_hash"]),
                  bytes.fromhex(checkpoint["merkle_root"]), number(checkpoint["checkpoint_id"]),
                  number(checkpoint["postings"]), number(checkpoint["through_posting"])).hex()


def check_posting(posting):
    """The root hash that the posting is under."""
    checkpoint, leaf = posting["checkpoint"], posting["leaf"]
    if json.loads(leaf)["posting_id"] != posting["posting_id"]:
        raise ValueError("the text is that of another posting")
    path = [bytes.fromhex(text) for text in posting["audit_path"]]
    root = merkle_root(leaf.encode(), posting["leaf_index"], checkpoint["postings"], path)
    if root.hex() != checkpoint["merkle_root"]:
        raise ValueError("the posting is not in the tree")
    if root_hash(checkpoint) != checkpoint["root_hash"]:
        raise ValueError("the tree is not the checkpoint's")
    return checkpoint["root_hash"]


def follow(root, checkpoints):
    """All root hashes from this one on, as the chain leads to them."""
    roots = [root]
    for checkpoint in sorted(checkpoints, key=lambda each: each["checkpoint_id"]):
        if checkpoint["previous_hash"] == roots[-1]:
            roots.append(root_hash(checkpoint))
    return roots


def main():
    arguments = argparse.ArgumentParser(description="Verifies a receipt of remit.")
    arguments.add_argument("receipt", nargs="?", type=argparse.FileType(), default=sys.stdin)
    arguments.add_argument("--root", help="a root hash that you know")
    arguments.add_argument("--checkpoints", type=argparse.FileType(), help="those behind it")
    options = arguments.parse_args()
    try:
        receipt = json.load(options.receipt)
        chain = json.load(options.checkpoints)["data"] if options.checkpoints else []
        if receipt["status"] != "proven":
            sys.exit(print(f"there is no proof: {receipt['status']}", file=sys.stderr) or 2)
        for posting in receipt["postings"]:
            root = check_posting(posting)
            if options.root and options.root not in follow(root, chain):
                raise ValueError(f"it is under {root}, and not under the root that you know")
            print(posting["leaf"], "is under", root)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        sys.exit(print(f"this is no receipt: {error!r}", file=sys.stderr) or 2)
    except ValueError as error:
        sys.exit(print(f"NOT PROVED: {error}", file=sys.stderr) or 1)


if __name__ == "__main__":
    main()
