"""Checkpoints as signed notes: read back, and refused when anything about them is false."""

import base64
from uuid import UUID

import pytest

from app.domain.ids import TenantId
from app.evidence.merkle import leaf_hash
from app.evidence.notes import Checkpoint, KeyUnreadable, NoteRefused, PublicKey, Signer, opened, tenant_of
from tests.evidence.given import NAME, OTHER_SEED, SEED

CONTOSO = TenantId(UUID("5a0c3a52-6a33-4a0e-9d2b-000000000001"))
FABRIKAM = TenantId(UUID("5a0c3a52-6a33-4a0e-9d2b-000000000002"))
ROOT = leaf_hash(b"a log")
SIGNER = Signer(NAME, SEED)
OTHER = Signer(NAME, OTHER_SEED)
NOTE = SIGNER.sign(CONTOSO, 1042, ROOT).note


def test_a_checkpoint_reads_as_the_specification_writes_it() -> None:
    origin, size, root, empty, signature, end = NOTE.split("\n")

    assert (origin, size, root) == (f"{NAME}/{CONTOSO}", "1042", base64.b64encode(ROOT).decode())
    assert (empty, end) == ("", "")
    dash, name, encoded = signature.split(" ")
    assert (dash, name, len(base64.b64decode(encoded))) == ("—", origin, 4 + 64)


def test_key_and_signature_are_those_of_the_published_example() -> None:
    """The verifier key of golang.org/x/mod/sumdb/note's documentation, and its example text."""
    key = PublicKey.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")

    assert key.name == "PeterNeumann"
    assert str(key) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_what_was_signed_is_read_back() -> None:
    assert opened(NOTE, CONTOSO, [SIGNER.public]) == Checkpoint(CONTOSO, 1042, ROOT, NOTE, SIGNER.public)
    assert tenant_of(NOTE) == CONTOSO


def test_a_note_by_an_earlier_key_counts_as_long_as_that_key_is_named() -> None:
    assert opened(NOTE, CONTOSO, [OTHER.public, SIGNER.public]).key == SIGNER.public
    with pytest.raises(NoteRefused, match="no known key"):
        opened(NOTE, CONTOSO, [OTHER.public])


def test_a_line_by_somebody_else_is_passed_over() -> None:
    witness = OTHER.sign(CONTOSO, 1042, ROOT).note.rpartition("\n\n")[2]

    assert opened(NOTE + witness, CONTOSO, [SIGNER.public]).size == 1042
    assert opened(NOTE + witness, CONTOSO, [SIGNER.public, OTHER.public]).size == 1042


def test_another_customers_note_proves_nothing() -> None:
    with pytest.raises(NoteRefused, match="no known key"):
        opened(NOTE, FABRIKAM, [SIGNER.public])


def test_a_note_whose_origin_is_not_its_signers_name_is_refused() -> None:
    relabelled = NOTE.replace(f"{NAME}/{CONTOSO}", f"{NAME}/{FABRIKAM}", 1)

    with pytest.raises(NoteRefused):
        opened(relabelled, CONTOSO, [SIGNER.public])
    with pytest.raises(NoteRefused):
        opened(relabelled, FABRIKAM, [SIGNER.public])


@pytest.mark.parametrize(
    "spoilt",
    [
        NOTE.replace("1042", "1043"),
        NOTE.replace("1042", "01042"),
        NOTE.replace("1042", "-1"),
        NOTE.replace(base64.b64encode(ROOT).decode(), base64.b64encode(leaf_hash(b"another")).decode()),
        NOTE.replace(base64.b64encode(ROOT).decode(), "AAAA"),
        NOTE.replace(base64.b64encode(ROOT).decode(), "not base64"),
        NOTE.replace("\n\n", "\nan extension\n\n"),
        NOTE.replace("—", "-"),
        NOTE.rpartition("\n\n")[0] + "\n\n",
        NOTE.rpartition("\n\n")[0],
        "",
        "x" * 100_000,
    ],
)
def test_a_note_that_was_touched_is_refused(spoilt: str) -> None:
    with pytest.raises(NoteRefused):
        opened(spoilt, CONTOSO, [SIGNER.public])


@pytest.mark.parametrize("nth", range(0, len(NOTE.encode()), 7))
def test_no_single_byte_of_a_note_can_be_another(nth: int) -> None:
    data = NOTE.encode()
    spoilt = (data[:nth] + bytes([data[nth] ^ 1]) + data[nth + 1 :]).decode("utf-8", "replace")

    with pytest.raises(NoteRefused):
        opened(spoilt, CONTOSO, [SIGNER.public])


@pytest.mark.parametrize(
    "text",
    ["", "a", "a+b", "a+00000000+AAAA", str(SIGNER.public)[:-4], str(SIGNER.public).replace(NAME, "other"), "a b+c+d"],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(KeyUnreadable):
        PublicKey.read(text)


@pytest.mark.parametrize("text", ["", "sua.example", "sua.example/contoso\n1\n"])
def test_a_note_of_nobody_is_of_nobody(text: str) -> None:
    assert tenant_of(text) is None
