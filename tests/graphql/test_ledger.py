"""Evidence at the GraphQL door: what was signed, proof of a fact, and who is told."""

import base64
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from app.clock import SteppedClock
from app.domain.ids import DirectoryId, TenantId
from app.evidence.notary import Notary, take_checkpoint
from app.evidence.notes import Checkpoint, Signer, opened
from tests.graphql.conftest import Client
from tests.graphql.world import CONTOSO, NOON, World, onboard

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_log.py"
SIGNER = Signer("sua.example", bytes(range(32)))
UNSIGNED = TenantId(uuid4())

LEDGER = "query ($id: ID!) { tenant(id: $id) { ledger { checkpoint { size root madeAt note } } } }"
PROOF = """query ($id: ID!, $position: Position!) {
  tenant(id: $id) { ledger { proof(position: $position) { position size path text } } } }"""


@pytest.fixture(scope="module")
def checkpoint(world: World) -> Checkpoint:
    notary = Notary(world.pool, SteppedClock(NOON), SIGNER, (SIGNER.public,))
    taken = take_checkpoint(notary, CONTOSO)
    assert taken is not None
    return taken


def verified(file: Path) -> str:
    """What a program says that has the public key and nothing of this project."""
    command = [sys.executable, "-I", str(VERIFIER), "inclusion", str(file), "--public-key", str(SIGNER.public)]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


async def test_the_last_checkpoint_is_told_as_it_was_signed(client: Client, checkpoint: Checkpoint) -> None:
    told = (await client.data(LEDGER, "auditor", id=str(CONTOSO)))["tenant"]["ledger"]["checkpoint"]

    assert told == {
        "size": str(checkpoint.size),
        "root": base64.b64encode(checkpoint.root).decode(),
        "madeAt": "2026-11-23T12:00:00+00:00",
        "note": checkpoint.note,
    }
    assert opened(told["note"], CONTOSO, [SIGNER.public]) == checkpoint


@pytest.mark.parametrize("which", ["first", "last"])
async def test_a_fact_is_proven_to_whoever_has_the_public_key(
    client: Client, checkpoint: Checkpoint, tmp_path: Path, which: str
) -> None:
    position = 1 if which == "first" else checkpoint.size
    told = (await client.data(PROOF, "auditor", id=str(CONTOSO), position=str(position)))["tenant"]["ledger"]["proof"]
    file = tmp_path / "fact.tlog-proof"
    file.write_text(told["text"])

    said = verified(file)

    assert (said[:7], told["position"], told["size"]) == ("agrees:", str(position), str(checkpoint.size)), said
    assert all(len(base64.b64decode(each)) == 32 for each in told["path"])


@pytest.mark.usefixtures("checkpoint")
@pytest.mark.parametrize(
    ("who", "is_told"),
    [
        ("auditor", True),
        ("admin", True),
        ("owner", True),
        ("viewer", False),
        ("hr", False),
        ("operator", False),
        ("pretender", False),
    ],
)
async def test_auditors_and_administrators_are_told(client: Client, who: str, is_told: bool) -> None:
    told = (await client.data(LEDGER, who, id=str(CONTOSO)))["tenant"]["ledger"]

    assert (told is not None) is is_told


@pytest.mark.usefixtures("checkpoint")
async def test_a_neighbour_is_told_of_no_such_tenant(client: Client) -> None:
    assert await client.code(LEDGER, "neighbour", id=str(CONTOSO)) == "NOT_FOUND"


async def test_what_no_checkpoint_covers_is_not_proven(client: Client, world: World, checkpoint: Checkpoint) -> None:
    onboard(world, UNSIGNED, "Unsigned", DirectoryId(uuid4()))
    world.tabulate(UNSIGNED)

    told = await client.data(LEDGER, "owner", id=str(UNSIGNED))

    assert told["tenant"]["ledger"] == {"checkpoint": None}
    assert await client.code(PROOF, "owner", id=str(UNSIGNED), position="1") == "NOT_PROVABLE"
    for position in ("0", str(checkpoint.size + 1)):
        assert await client.code(PROOF, "owner", id=str(CONTOSO), position=position) == "NOT_PROVABLE"
