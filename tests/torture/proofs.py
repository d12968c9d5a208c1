"""Checkpoints kept away from SUA while everything is struck down; afterwards it has to prove that it kept to them.

What is proven is judged by tools/verify_log.py alone, with the public key. Imports nothing of SUA.
"""

import json
import random
import subprocess
import sys
import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.soak.oracle import Findings

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_log.py"
FACTS_PROVEN = 2
"""Of each customer: the newest that was signed, and others drawn by lot."""
EVERY_S = 4.0
KILLED_SHARE = 0.3
"""Of the signings, so many are struck down themselves (kill -9)."""
LONGEST_S = 60.0
UNAVAILABLE = 3
"""Exit code of a command that found what it needs away (README, exit codes)."""


class Ended(Protocol):
    """A command that has ended."""

    @property
    def code(self) -> int: ...
    @property
    def out(self) -> str: ...
    @property
    def err(self) -> str: ...


Run = Callable[..., Ended]
"""Runs `sua` with these arguments, as an operator would."""
Start = Callable[[], "subprocess.Popen[str]"]
"""Begins `sua audit checkpoint --json`."""


def new_key(name: str) -> tuple[str, str]:
    """A key that signs: as SUA is given it, and as an auditor is."""
    private = Ed25519PrivateKey.generate()
    public = b"\x01" + private.public_key().public_bytes_raw()
    identity = sha256(name.encode() + b"\n" + public).hexdigest()[:8]
    return b64encode(private.private_bytes_raw()).decode(), f"{name}+{identity}+{b64encode(public).decode()}"


@dataclass(slots=True)
class Auditor:
    """Somebody outside who has logs signed and takes the notes. `kept`: by customer and size, as first seen."""

    owner_dsn: str
    public_key: str
    start: Start
    answers: Counter[str] = field(default_factory=Counter)
    kept: dict[UUID, dict[int, str]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    def sign(self, over: threading.Event, seed: int) -> None:
        """Have all logs signed again and again; what was told as signed is kept, and must not be lost."""
        chance = random.Random(f"signings/{seed}")
        while not over.wait(EVERY_S):
            process = self.start()
            strike_after_s = chance.uniform(0, EVERY_S) if chance.random() < KILLED_SHARE else None
            try:
                out, err = process.communicate(timeout=strike_after_s or LONGEST_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                self.answers["signing killed (kill -9)" if strike_after_s else "signing took too long"] += 1
                continue
            if process.returncode == 0:
                self.answers["logs signed on demand"] += 1
                for row in json.loads(out):
                    self._keep(UUID(row["tenant"]), row["size"], row["note"])
            elif process.returncode == UNAVAILABLE:
                self.answers["signing refused for the moment"] += 1
            else:
                self.changed.append(f"signing ended with {process.returncode}: {err[-300:]}")

    def _keep(self, tenant: UUID, size: int, note: str) -> None:
        if self.kept.setdefault(tenant, {}).setdefault(size, note) != note:
            self.changed.append(f"{tenant}: two checkpoints of size {size} were signed")

    def look(self) -> None:
        """Take what is new; nothing while the database is away. A note that is another than before is noted."""
        try:
            with psycopg.connect(self.owner_dsn, autocommit=True, connect_timeout=5) as db:
                rows = db.execute("SELECT tenant_id, size, note FROM signed_checkpoints ORDER BY size").fetchall()
        except psycopg.OperationalError:
            return
        for tenant, size, note in rows:
            self._keep(tenant, size, note)

    def demand(self, tenants: Sequence[UUID], run: Run, folder: Path, seed: int, found: Findings) -> None:
        """Have everything proven, and judge it outside of SUA. `folder`: empty; for exports and proofs."""
        found.wrong += self.changed
        verified = run("audit", "verify")
        if verified.code != 0:
            found.wrong.append(f"`sua audit verify` ends with {verified.code}: {verified.err[-300:]}")
        for tenant in tenants:
            kept = self.kept.get(tenant, {})
            if not kept:
                found.wrong.append(f"{tenant}: no checkpoint was signed while things were struck")
                continue
            found.checked["checkpoints kept outside while things were struck"] += len(kept)
            chance = random.Random(f"proofs/{seed}/{tenant}")
            home = folder / str(tenant)
            home.mkdir()
            self._export(tenant, kept, run, home, found)
            self._inclusion(tenant, max(kept), chance, run, home, found)
            self._consistency(tenant, kept, run, home, found)

    def _export(self, tenant: UUID, kept: dict[int, str], run: Run, home: Path, found: Findings) -> None:
        notes = []
        for size, note in kept.items():
            path = home / f"{size}.note"
            path.write_text(note, encoding="utf-8", newline="\n")
            notes += ["--checkpoint", str(path)]
        made = run("audit", "export", "--tenant", str(tenant), "--output", str(home / "export"))
        self._judge(tenant, "logs verified offline", made, ["export", str(home / "export"), *notes], found)

    def _inclusion(
        self, tenant: UUID, signed: int, chance: random.Random, run: Run, home: Path, found: Findings
    ) -> None:
        drawn = {signed, *(chance.randint(1, signed) for _ in range(FACTS_PROVEN - 1))}
        for position in sorted(drawn):
            path = home / f"{position}.proof"
            made = run("audit", "prove", "--tenant", str(tenant), "--position", str(position), "--output", str(path))
            said = self._judge(tenant, "facts proven offline", made, ["inclusion", str(path)], found)
            if said is not None and f"position {position} of {tenant} " not in said:
                found.wrong.append(f"{tenant}: the proof of position {position} says: {said}")

    def _consistency(self, tenant: UUID, kept: dict[int, str], run: Run, home: Path, found: Findings) -> None:
        """Of the oldest checkpoint that was kept; the others are compared with the whole log."""
        size = min(kept)
        path = home / f"from-{size}.proof"
        made = run("audit", "prove", "--tenant", str(tenant), "--from", str(size), "--output", str(path))
        said = self._judge(tenant, "checkpoints proven to be continued", made, ["consistency", str(path)], found)
        if said is not None and not path.read_text(encoding="utf-8").endswith(kept[size]):
            found.wrong.append(f"{tenant}: the proof is not of the checkpoint of size {size} that was kept")

    def _judge(self, tenant: UUID, what: str, made: Ended, asked: Sequence[str], found: Findings) -> str | None:
        """What the verifier says; None: there is nothing to go on from, which is noted."""
        found.checked[what] += 1
        if made.code != 0:
            found.wrong.append(f"{tenant}: nothing was proven ({asked[0]}), exit code {made.code}: {made.err[-300:]}")
            return None
        command = [sys.executable, str(VERIFIER), *asked, "--public-key", self.public_key]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            found.wrong.append(f"{tenant}: verified offline ({asked[0]}): {(done.stdout + done.stderr)[-300:].strip()}")
            return None
        return done.stdout
