"""What an export says of itself, for a reader who has neither SUA nor anybody to ask."""

README = """# The log of customer {tenant}

SUA kept every fact it learned of this customer in one log: numbered from 1 without a gap, never altered. This export
holds the log, the checkpoints that were signed of it, and the public keys. It can be checked with nothing else;
`verify_log.py`, published with SUA, does so in 200 lines (Python with the package `cryptography`):

    python verify_log.py export THIS_FOLDER --public-key KEY

Take KEY from wherever you were given it before, not from `keys.txt`: who could forge the log could forge that file.

All files are UTF-8; `.jsonl` is one JSON object a line. Hashes are SHA-256, `|` joins bytes, integers are big-endian.

## log.jsonl: one fact a line, by position

`position`, `recorded_at` (when SUA learned it), `stream` and `version` (its place among the facts about one subject),
`name` and `schema` (what kind of fact), `happened_at` (when it became true), `cause` (UUID), `state` (the fact
itself, a JSON text; `state_base64` instead where it is not UTF-8), `leaf` (hexadecimal). Times are UTC. In `state`,
personal values are sealed: {{"subject": whose, "sealed": base64}}, AES-256-GCM under a key that is destroyed when
the person is erased. What is hashed is the sealed form, so erasing changes nothing here.

    body = length of stream (4 bytes) | stream | version (8) | length of name (4) | name | schema (2)
         | happened_at (8) | cause (16) | state
    leaf = SHA-256(0x00 | tenant's UUID (16) | position (8) | recorded_at (8) | SHA-256(body))

Times in these are signed microseconds since 2000-01-01T00:00:00Z. Within the log `recorded_at` never decreases, and
the versions of each stream count from 1 without a gap.

## checkpoints.jsonl: one checkpoint a line, by size

`size`, `made_at`, `note`. A note is a C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint, c2sp.org/signed-note):

    origin: NAME/TENANT
    size: the facts of positions 1 to size
    root, base64
    (an empty line)
    (dash) NAME/TENANT base64(key id (4) | Ed25519 signature over the lines above the empty one)

The root is that of the Merkle tree of RFC 6962 / RFC 9162 over the leaves: the root of one leaf is the leaf, that of
n > 1 leaves is SHA-256(0x01 | root of the first k | root of the rest), k the largest power of two below n.

## keys.txt: public keys, one a line

`NAME+id+base64(0x01 | Ed25519 public key)`; id is the first 4 bytes, hexadecimal, of SHA-256(NAME | 0x0A | 0x01 | key).
In a note the name is NAME/TENANT and the id that of this longer name.

## consistency.txt: the newest checkpoint continues the first

A line of the kind of file, `old` and the size of the old checkpoint, the hashes of an RFC 9162 consistency proof in
base64, an empty line, the newer note, the older note.
"""
