"""What leaves for an auditor: checked by a verifier that knows nothing of SUA, and by SUA, with one verdict."""

import base64
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.eventstore.store import EventStore
from app.evidence import checkpoints
from app.evidence.exported import verified_export
from app.evidence.exporting import CHECKPOINTS, CONTINUED, KEYS, LOG, ExportRefused, export
from app.evidence.fact_lines import lines
from app.evidence.known_leaves import leaves_in
from app.evidence.notary import Notary
from app.evidence.notes import Checkpoint, PublicKey, Signer
from app.evidence.proofs import consistency, consistency_text, inclusion, inclusion_text
from tests.evidence.given import NAME, OTHER_SEED, signed, tell

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_log.py"
SIZES = (5, 12, 20)
LENGTH = 23


def offline(what: str, path: Path, *keys: PublicKey, also: Path | None = None) -> tuple[int, str]:
    """The verifier as a program of its own, which cannot import anything of this project."""
    named = [word for key in keys for word in ("--public-key", str(key))]
    kept = ["--checkpoint", str(also)] if also else []
    command = [sys.executable, "-I", str(VERIFIER), what, str(path), *named, *kept]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.strip()


def told(path: Path, notary: Notary) -> list[int]:
    return [fault.position for fault in verified_export(path, notary.keys, lambda *_: None).faults]


@pytest.fixture
def taken(store: EventStore, notary: Notary, tenant: TenantId) -> list[Checkpoint]:
    made = signed(store, notary, tenant, SIZES)
    tell(store, tenant, LENGTH - SIZES[-1])
    return made


def written(notary: Notary, tenant: TenantId, target: Path) -> Path:
    export(notary, tenant, target, lambda *_: None)
    return target


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("name", ["log", "log.zip"])
def test_an_export_agrees_by_either_verifier(notary: Notary, tenant: TenantId, tmp_path: Path, name: str) -> None:
    target = written(notary, tenant, tmp_path / name)

    assert offline("export", target, *notary.keys) == (
        0,
        f"agrees: {LENGTH} facts of {tenant} agree with 3 checkpoints, the last of size 20",
    )
    verdict = verified_export(target, notary.keys, lambda *_: None)
    assert (verdict.tenant, verdict.facts, verdict.checkpoints, verdict.signed, verdict.faults) == (
        tenant,
        LENGTH,
        3,
        20,
        [],
    )


@pytest.mark.usefixtures("taken")
def test_an_export_says_what_it_is_and_holds_no_name(notary: Notary, tenant: TenantId, tmp_path: Path) -> None:
    target = written(notary, tenant, tmp_path / "log")

    assert sorted(path.name for path in target.iterdir()) == sorted(["README.md", LOG, CHECKPOINTS, KEYS, CONTINUED])
    assert (target / KEYS).read_text() == f"{notary.keys[0]}\n"
    assert "{" not in (target / "README.md").read_text().replace('{"subject": whose, "sealed": base64}', "")
    text = (target / LOG).read_text()
    assert text.count("sealed") > 10
    assert "Person " not in text
    assert offline("consistency", target / CONTINUED, *notary.keys) == (
        0,
        f"agrees: the checkpoint of size 20 of {tenant} continues that of size 5",
    )


@pytest.mark.usefixtures("taken")
def test_every_byte_of_the_documentation_is_enough_to_check(notary: Notary, tenant: TenantId, tmp_path: Path) -> None:
    """The README promises two hundred lines of Python; nobody should have to read more."""
    assert len(VERIFIER.read_text().splitlines()) < 200
    assert "app." not in VERIFIER.read_text()


def change(line: dict[str, Any]) -> None:
    line["state"] = line["state"].replace("{", "{ ", 1)


def later(line: dict[str, Any]) -> None:
    line["recorded_at"] = "2027-01-01T00:00:00.000000Z"


def other_stream(line: dict[str, Any]) -> None:
    line["stream"] = "coverage/other"


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize(("spoil", "position"), [(change, 1), (later, 12), (other_stream, 23)])
def test_a_line_that_was_changed_is_named(
    notary: Notary, tenant: TenantId, tmp_path: Path, spoil: Callable[[dict[str, Any]], None], position: int
) -> None:
    target = written(notary, tenant, tmp_path / "log")
    every = [json.loads(line) for line in (target / LOG).read_text().splitlines()]
    spoil(every[position - 1])
    (target / LOG).write_text("".join(json.dumps(line) + "\n" for line in every))

    code, said = offline("export", target, *notary.keys)

    assert (code, told(target, notary)) == (4, [position])
    assert f"position {position}:" in said


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize(("cut", "position"), [(1, 20), (4, 20), (20, 4)])
def test_lines_that_are_missing_are_named(
    notary: Notary, tenant: TenantId, tmp_path: Path, cut: int, position: int
) -> None:
    """From the end, beyond what was not signed yet; and one in the middle."""
    target = written(notary, tenant, tmp_path / "log")
    every = (target / LOG).read_text().splitlines(keepends=True)
    left = every[: -cut - 3] if cut < position else every[: position - 1] + every[position:]
    (target / LOG).write_text("".join(left))
    first = len(left) + 1 if cut < position else position

    code, said = offline("export", target, *notary.keys)

    assert (code, told(target, notary)) == (4, [first])
    assert f"position {first}:" in said


@pytest.mark.usefixtures("taken")
def test_an_export_forged_whole_is_told_by_the_key_and_by_a_note_that_was_kept(
    store: EventStore, notary: Notary, tenant: TenantId, tmp_path: Path, taken: list[Checkpoint]
) -> None:
    forger = Signer(NAME, OTHER_SEED)
    target = written(notary, tenant, tmp_path / "log")
    kept = tmp_path / "kept.txt"
    kept.write_text(taken[-1].note)
    forged = [{"note": forger.sign(tenant, each.size, each.root).note} for each in taken[:1]]
    genuine = (target / CHECKPOINTS).read_text().splitlines(keepends=True)

    (target / CHECKPOINTS).write_text("".join(json.dumps(line) + "\n" for line in forged))
    by_key = offline("export", target, *notary.keys)
    (target / CHECKPOINTS).write_text(genuine[0])
    (target / LOG).write_text("".join((target / LOG).read_text().splitlines(keepends=True)[:10]))
    shortened, with_note = offline("export", target, *notary.keys), offline("export", target, *notary.keys, also=kept)

    assert by_key == (4, "DISAGREES: no key that was given signed the checkpoint of size 5")
    assert shortened[0] == 0
    assert with_note == (4, "DISAGREES: position 11: the log ends here, and 20 facts were signed")


@pytest.mark.usefixtures("taken")
def test_exports_never_overwrite(notary: Notary, tenant: TenantId, tmp_path: Path) -> None:
    target = written(notary, tenant, tmp_path / "log")

    with pytest.raises(ExportRefused, match="never overwrites"):
        export(notary, tenant, target, lambda *_: None)


@pytest.mark.parametrize("what", ["nothing", "no export"])
def test_what_is_no_export_is_refused(notary: Notary, tmp_path: Path, what: str) -> None:
    path = tmp_path / "log.zip"
    if what != "nothing":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(CHECKPOINTS, "[1]\n")

    with pytest.raises(ExportRefused):
        verified_export(path, notary.keys, lambda *_: None)
    assert offline("export", path, *notary.keys)[0] == 4


def proof_of(pool: Pool, tenant: TenantId, checkpoint: Checkpoint, position: int) -> str:
    with borrowed(pool) as db:
        (fact,) = lines(db, tenant, position - 1, position)
        path = inclusion(checkpoint, position, bytes.fromhex(fact["leaf"]), leaves_in(db, tenant))
    return inclusion_text(checkpoint, position, path, fact)


def test_single_facts_are_proven_by_the_public_key_alone(
    pool: Pool, notary: Notary, tenant: TenantId, tmp_path: Path, taken: list[Checkpoint]
) -> None:
    file = tmp_path / "fact.tlog-proof"
    for checkpoint, position in ((taken[0], 1), (taken[0], 5), (taken[2], 13), (taken[2], 20)):
        file.write_text(proof_of(pool, tenant, checkpoint, position))

        code, said = offline("inclusion", file, *notary.keys)

        assert (code, said.startswith(f"agrees: position {position} of {tenant} (")) == (0, True), said


def test_no_touched_proof_of_a_fact_is_accepted(
    pool: Pool, notary: Notary, tenant: TenantId, tmp_path: Path, taken: list[Checkpoint]
) -> None:
    text, file, chance = proof_of(pool, tenant, taken[2], 13), tmp_path / "fact.tlog-proof", Random(13)
    kind, extra, *rest = text.split("\n")
    fact = json.loads(base64.b64decode(extra.removeprefix("extra ")))
    renamed = base64.b64encode(json.dumps({**fact, "name": "LicenceRemoved"}).encode()).decode()
    moved = text.replace("index 12", "index 11")
    forged = ["\n".join([kind, f"extra {renamed}", *rest]), moved, "\n".join([kind, extra, rest[0], *rest[2:]])]
    for _ in range(2):
        nth = chance.randrange(1, 6)
        other = base64.b64encode(chance.randbytes(32)).decode()
        forged.append("\n".join([kind, extra, *(other if at == nth else line for at, line in enumerate(rest))]))

    codes = []
    for each in forged:
        file.write_text(each)
        codes.append(offline("inclusion", file, *notary.keys)[0])

    assert codes == [4] * len(forged)


def test_consistency_is_proven_between_any_two_checkpoints_and_not_against_another_log(
    pool: Pool, notary: Notary, tenant: TenantId, tmp_path: Path, taken: list[Checkpoint]
) -> None:
    file = tmp_path / "consistency.txt"
    assert notary.signer is not None
    with borrowed(pool) as db:
        known = leaves_in(db, tenant)
        texts = [
            consistency_text(old, new, consistency(old, new, known))
            for old, new in ((taken[0], taken[1]), (taken[1], taken[2]), (taken[1], taken[1]))
        ]
        path = consistency(taken[0], taken[2], known)
    other = notary.signer.sign(tenant, 5, taken[1].root)
    texts += [consistency_text(other, taken[2], path), consistency_text(taken[0], taken[2], path[:-1])]

    codes = []
    for text in texts:
        file.write_text(text)
        codes.append(offline("consistency", file, *notary.keys)[0])

    assert codes == [0, 0, 0, 4, 4]


def test_a_state_that_is_no_text_is_exported_byte_by_byte(
    owner: psycopg.Connection, pool: Pool, notary: Notary, tenant: TenantId, taken: list[Checkpoint], tmp_path: Path
) -> None:
    owner.execute("UPDATE events SET state = '\\xff00'::bytea WHERE tenant_id = %s AND position = 3", (tenant,))
    target = written(notary, tenant, tmp_path / "log")

    line = json.loads((target / LOG).read_text().splitlines()[2])

    assert line["state_base64"] == base64.b64encode(b"\xff\x00").decode()
    assert (offline("export", target, *notary.keys)[0], told(target, notary)) == (4, [3])
    with borrowed(pool) as db:
        assert checkpoints.sizes(db, tenant) == list(SIZES)


@pytest.mark.usefixtures("taken")
def test_a_line_that_is_none_is_named(notary: Notary, tenant: TenantId, tmp_path: Path) -> None:
    target = written(notary, tenant, tmp_path / "log")
    every = (target / LOG).read_text().splitlines(keepends=True)

    for spoilt in ("nonsense\n", "{}\n", json.dumps({**json.loads(every[6]), "schema": "one"}) + "\n"):
        (target / LOG).write_text("".join([*every[:6], spoilt, *every[7:]]))

        assert (offline("export", target, *notary.keys)[0], told(target, notary)) == (4, [7])
