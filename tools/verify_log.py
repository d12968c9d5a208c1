#!/usr/bin/env python3
"""Check what SUA exported for an auditor, without SUA: Python 3.11 or newer and the package `cryptography`.

    verify_log.py export FOLDER_OR_ZIP --public-key KEY [--checkpoint FILE]   a whole log with its checkpoints
    verify_log.py inclusion FILE --public-key KEY                             one fact is in a log that was signed
    verify_log.py consistency FILE --public-key KEY                           a checkpoint continues an earlier one

KEY is `name+id+key` of `sua audit key`; repeat it where keys were changed. `--checkpoint`: a note you kept, to be
compared as well. Exit code 0: all agrees; 4: it does not, with the first position that does not; 2: wrong call.
"""

import argparse
import io
import json
import struct
import sys
import uuid
import zipfile
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
decoded = partial(b64decode, validate=True)


def demand(holds, otherwise):
    if not holds:
        raise ValueError(otherwise)


def node(left, right):
    return sha256(b"\x01" + left + right).digest()


def key_id(name, public):
    return sha256(name.encode() + b"\n\x01" + public).digest()[:4]


def read_key(text):
    name, identity, key = text.strip().split("+", 2)
    public = decoded(key)[1:]
    demand(len(public) == 32 and key_id(name, public).hex() == identity, "no public key")
    return name, public


def open_note(note, keys):
    """(tenant, size, root) of a checkpoint that one of the keys signed for this tenant's log."""
    text, gap, lines = note.rpartition("\n\n")
    origin, size, root = text.split("\n")
    name, _, tenant = origin.rpartition("/")
    signed = False
    for line in lines.removesuffix("\n").split("\n"):
        _, signer, signature = line.split(" ")
        for key_name, public in keys:
            if key_name == name and signer == origin and decoded(signature)[:4] == key_id(origin, public):
                Ed25519PublicKey.from_public_bytes(public).verify(decoded(signature)[4:], f"{text}\n".encode())
                signed = True
    demand(signed and gap, f"no key that was given signed the checkpoint of size {size}")
    demand(len(decoded(root)) == 32 and str(int(size)) == size, "a note is no checkpoint")
    return uuid.UUID(tenant), int(size), decoded(root)


def microseconds(text):
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def leaf_of(tenant, fact):
    stream, name, happened_at = fact["stream"].encode(), fact["name"].encode(), microseconds(fact["happened_at"])
    state = fact["state"].encode() if "state" in fact else decoded(fact["state_base64"])
    body = struct.pack(f">I{len(stream)}sqI{len(name)}s", len(stream), stream, fact["version"], len(name), name)
    body += struct.pack(">hq16s", fact["schema"], happened_at, uuid.UUID(fact["cause"]).bytes) + state
    place = struct.pack(">c16sqq", b"\x00", tenant.bytes, fact["position"], microseconds(fact["recorded_at"]))
    return sha256(place + sha256(body).digest()).digest()


def add(nodes, size, leaf):
    """`nodes`: roots of the perfect trees that `size` leaves are made of, the largest first."""
    while size & 1:
        leaf, size = node(nodes.pop(), leaf), size >> 1
    nodes.append(leaf)


def root_of(nodes):
    return reduce(lambda right, left: node(left, right), reversed(nodes))


def opener(path):
    if path.is_dir():
        return lambda name: (path / name).open(encoding="utf-8", newline="\n")
    archive = zipfile.ZipFile(path)
    return lambda name: io.TextIOWrapper(archive.open(name), encoding="utf-8", newline="\n")


def check_export(path, keys, kept):
    with (opened := opener(path))("checkpoints.jsonl") as lines:
        notes = [json.loads(line)["note"] for line in lines] + [file.read_text(encoding="utf-8") for file in kept]
    marks = sorted((open_note(note, keys) for note in notes), key=lambda mark: mark[1])
    demand(marks, "there is no checkpoint: nothing proves this log")
    tenant, end = marks[0][0], marks[-1][1]
    demand(all(mark[0] == tenant for mark in marks), "the checkpoints are of more than one log")
    nodes, size, agreed, versions, recorded, waiting = [], 0, 0, {}, None, marks[::-1]
    with opened("log.jsonl") as lines:
        for line in lines:
            here, fact = f"position {size + 1}:", json.loads(line)
            stream, at, leaf = fact["stream"], microseconds(fact["recorded_at"]), leaf_of(tenant, fact)
            versions[stream] = versions.get(stream, 0) + 1
            demand(fact["position"] == size + 1, f"{here} the fact is missing, or one before it is there twice")
            demand(leaf.hex() == fact["leaf"], f"{here} the fact is not the one its hash was made of")
            demand(recorded is None or at >= recorded, f"{here} recorded before the fact in front of it")
            demand(versions[stream] == fact["version"], f"{here} does not follow the version before it in its stream")
            add(nodes, size, leaf)
            size, recorded = size + 1, at
            while waiting and waiting[-1][1] == size:
                demand(
                    waiting.pop()[2] == root_of(nodes),
                    f"position {agreed + 1}: from here to {size} not what was signed",
                )
                agreed = size
    demand(not waiting, f"position {size + 1}: the log ends here, and {end} facts were signed")
    return f"{size} facts of {tenant} agree with {len(marks)} checkpoints, the last of size {agreed}"


def proof_of(path):
    head, _, notes = path.read_text(encoding="utf-8").partition("\n\n")
    lines = head.split("\n")[1:]
    hashes = [decoded(line) for line in lines if " " not in line]
    demand(all(len(each) == 32 for each in hashes), "a line of the proof is no hash")
    return dict(line.split(" ", 1) for line in lines if " " in line), hashes, notes


def climb(number, last, found, path, old=b""):
    """Up the tree by RFC 9162, 2.1.3.2 and 2.1.4.2: the root, and that of the smaller tree which ends at `old`."""
    for each in path:
        demand(last, "the proof is too long")
        if number & 1 or number == last:
            found, old = node(each, found), node(each, old)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = node(found, each)
        number, last = number >> 1, last >> 1
    demand(not last, "the proof is too short")
    return found, old


def check_inclusion(path, keys, _):
    fields, hashes, note = proof_of(path)
    tenant, size, root = open_note(note, keys)
    fact, index = json.loads(decoded(fields["extra"])), int(fields["index"])
    here = f"position {index + 1}"
    demand(fact["position"] == index + 1 and 0 <= index < size, f"{here} is not the fact's, or beyond what was signed")
    demand(climb(index, size - 1, leaf_of(tenant, fact), hashes)[0] == root, f"{here}: the fact is not in size {size}")
    return f"{here} of {tenant} ({fact['name']}) is in the checkpoint of size {size}"


def check_consistency(path, keys, _):
    _, hashes, notes = proof_of(path)
    newer, signatures, older, old_signatures = notes.split("\n\n")
    tenant, size, root = open_note(f"{newer}\n\n{signatures}\n", keys)
    whose, old, old_root = open_note(f"{older}\n\n{old_signatures}", keys)
    demand(tenant == whose and 0 < old <= size, "these are not an older and a newer checkpoint of one log")
    number, last = (old - 1, size - 1) if old < size else (0, 0)
    while number & 1:
        number, last = number >> 1, last >> 1
    start, *rest = hashes if old & (old - 1) and old < size else [old_root, *hashes]
    demand(climb(number, last, start, rest, start) == (root, old_root), f"size {size} does not continue size {old}")
    return f"the checkpoint of size {size} of {tenant} continues that of size {old}"


CHECKS = {"export": check_export, "inclusion": check_inclusion, "consistency": check_consistency}


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=CHECKS)
    parser.add_argument("path", type=Path)
    parser.add_argument("--public-key", type=read_key, action="append", required=True)
    parser.add_argument("--checkpoint", type=Path, action="append", default=[])
    asked = parser.parse_args(arguments)
    try:
        said = CHECKS[asked.what](asked.path, asked.public_key, asked.checkpoint)
    except InvalidSignature:
        said, code = "DISAGREES: the signature of a checkpoint is false", 4
    except (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error, zipfile.BadZipFile) as error:
        said, code = f"DISAGREES: {error or type(error).__name__}", 4
    else:
        said, code = f"agrees: {said}", 0
    sys.stdout.write(f"{said}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
