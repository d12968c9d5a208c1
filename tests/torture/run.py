"""A torture: a soak's faults and customers, struck down every second or two, with load and questions all the while."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path

import psycopg

from app.ops.tokens import mint
from app.settings import PREFIX
from tests.database import Database
from tests.journeys.processes import ROOT, SUA, Done, Installation
from tests.soak import faults
from tests.soak.customers import connect_all
from tests.soak.faults import CALLS
from tests.soak.machines import Machines, machines
from tests.soak.oracle import Findings
from tests.soak.plan import Blow, Plan, Size
from tests.soak.run import BEGINS_AT, Soak, Unsettled
from tests.soak.standing import Standing, standing
from tests.soak.verdict import judged
from tests.torture.clocks import Clocks, clocks
from tests.torture.leaves import check_leaves
from tests.torture.load import Nobodys, Questions, Viewer, loaded
from tests.torture.pins import Pins
from tests.torture.plan import Profile, Struck, Trial, struck
from tests.torture.proofs import Auditor, new_key
from tests.torture.wire import Wire, through, wired

HOURS_BEFORE = 2
"""Quiet ones, in which every customer is read for the first time."""

HOUR_LONGEST_S = 5.0
PINNED_EVERY_HOURS = 4
NAME = "sua.torture.example"
"""Of the key that signs checkpoints."""
PROOF_WITHIN_S = 600.0
"""Each command that proves; on a machine full of other work a late proof is no false one."""

COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "bytecode")}
"""As an installed SUA is. Where Python is told to keep no bytecode, half of what a start takes is compiling, and
hundreds of processes are started here."""

_POLL_S = 0.1
_SETTLED_AT_FIRST_S = 60.0
_TOKEN_S = 100 * 86_400
_MOMENTS_AGO = timedelta(minutes=20)
_STOPPED_S = 1.0


@dataclass
class Torture(Soak):
    """One run. `found` gathers what its own checks find, before the soak's are made."""

    profile: Profile = field(kw_only=True)
    seed: int = field(kw_only=True)
    wire: Wire = field(kw_only=True)
    clock: Clocks = field(kw_only=True)
    auditor: Auditor = field(kw_only=True)
    found: Findings = field(default_factory=Findings)
    after: Iterator[str] = field(default_factory=partial(cycle, ("append", "append", "after")))
    """Of cuts after a commit most wait for one of the log's: the other tables commit far more often."""

    def endure(self) -> Findings:
        """Live through it, calm down, and compare everything."""
        self.machines.start_all()
        self.stops.append(self.machines.now())
        self.customers = connect_all(self.machines)
        self.say(f"{len(self.customers)} customers have consented")
        for _ in range(HOURS_BEFORE):
            self._pass_hour()
        self._await(lambda now: now.settled, _SETTLED_AT_FIRST_S)
        viewers = [self._viewer(number) for number in range(len(self.customers))]
        pins = Pins(self.machines.sua.url)
        pins.take(viewers, self.stops[-1], _MOMENTS_AGO)
        self._struck_down(viewers, pins)
        try:
            self.calm_down()
        except Unsettled as error:
            self.found.wrong.append(str(error))
        self.say("calm")
        pins.check(self.found)
        return self._verdict()

    def _struck_down(self, viewers: list[Viewer], pins: Pins) -> None:
        profile = self.profile
        nobodys = Nobodys(self.machines.sua.url, self.machines.database.owner_dsn, profile.posts_per_s, profile.items)
        questions = Questions(self.machines.sua.url, viewers)
        faults.begin(self.machines)
        for stroke in struck(profile, self.seed):
            self.machines.later(stroke.at_s, partial(self._undergo, stroke))
        until_s = time.monotonic() + profile.seconds
        with loaded(nobodys.send, questions.ask, partial(self.auditor.sign, seed=self.seed)):
            while time.monotonic() < until_s:
                self._next_hour()
                self.auditor.look()
                now = standing(self.machines.database, self.stops[-1])
                if self.hours % PINNED_EVERY_HOURS == 0 and now is not None and now.behind == 0:
                    pins.take(viewers, self.stops[-1])
            self.wire.disarm()
            self.machines.finish()
        self.survived.update(nobodys.answers)
        self.survived.update(questions.answers)
        self.survived.update(self.auditor.answers)
        self.survived[Trial.CUT_AFTER_COMMIT] = self.wire.cuts["after"] + self.wire.cuts["append"]
        self.survived[Trial.CUT_BEFORE_COMMIT] = self.wire.cuts["before"]
        self.found.leaked += questions.leaked
        self.found.wrong += questions.wrong
        nobodys.settle(self.found)
        self.say(f"struck {sum(self.survived[what] for what in (*Blow, *Trial))} times in {self.hours} hours")

    def _undergo(self, stroke: Struck) -> None:
        match stroke.what:
            case Blow():
                if self.machines.strike(stroke.what, stroke.which, stroke.down_s):
                    self.survived[stroke.what] += 1
            case Trial.CUT:
                self.wire.cut_all()
                self.survived[stroke.what] += 1
            case Trial.CUT_AFTER_COMMIT:
                self.wire.arm(next(self.after))
            case Trial.CUT_BEFORE_COMMIT:
                self.wire.arm("before")
            case Trial.CLOCK:
                asker = self.clock.step(stroke.which, stroke.share)
                if asker is not None:
                    self.machines.later(stroke.down_s, partial(self.clock.back, asker))
                    self.survived[stroke.what] += 1

    def _next_hour(self) -> None:
        """Like a soak's, but what is struck down all the time is not waited for so long."""
        self.stops.append(self.machines.now() + timedelta(hours=1))
        self.machines.control("/_clock/advance", body={"hours": 1})
        enough = partial(Standing.passable, tenants=self.plan.size.tenants)
        self.late_hours += not self._await(enough, HOUR_LONGEST_S)
        self.hours += 1

    def _await(self, enough: Callable[[Standing], bool], within_s: float) -> bool:
        """Like a soak's, but a table that has stopped stays so: nobody waits for it."""
        return super()._await(enough, _STOPPED_S if has_stopped(self.machines.database) else within_s)

    def _viewer(self, number: int) -> Viewer:
        customer, sua = self.customers[number], self.machines.sua
        token = mint(
            sua.setting("login_url"),
            sua.setting("token_audience"),
            customer.directory,
            ["Sua.Customer.Viewer"],
            name=f"Viewer {number}",
            seconds=_TOKEN_S,
        )
        canaries = {str(customer.tenant), str(customer.directory), f'"Customer {number}"'}
        return Viewer(token, customer.tenant, frozenset(canaries))

    def _prove(self, took: list[tuple[float, str]], *arguments: str) -> Done:
        """A command that proves; how long it took is noted."""
        done = self.machines.sua.run(*arguments, within_s=PROOF_WITHIN_S)
        took.append((done.seconds, " ".join(arguments[:2])))
        return done

    def _verdict(self) -> Findings:
        found = judged(self)
        with psycopg.connect(self.machines.database.owner_dsn, autocommit=True) as db:
            check_leaves(db, found)
        self.say("every leaf hashed again")
        proven = self.machines.sua.folder / "proofs"
        proven.mkdir()
        tenants = [customer.tenant for customer in self.customers]
        took: list[tuple[float, str]] = []
        self.auditor.demand(tenants, partial(self._prove, took), proven, self.seed, found)
        self.say("checkpoints kept outside proven to be continued; the slowest commands were " + _slowest(took))
        found.checked.update(self.found.checked)
        found.lost += self.found.lost
        found.twice += self.found.twice
        found.leaked += self.found.leaked
        found.wrong += self.found.wrong
        return found


@contextmanager
def prepared(profile: Profile, seed: int, say: Callable[[str], None], mutant: Path | None = None) -> Iterator[Torture]:
    """All that runs, with SUA's processes behind the proxy and the clocks, still to be started."""
    size = Size(seed, profile.tenants, days=1)
    with ExitStack() as closing:
        running: Machines = closing.enter_context(machines(size, BEGINS_AT, CALLS))
        wire = closing.enter_context(wired(running.database.owner_dsn))
        clock = closing.enter_context(clocks(running.simulator.url))
        running.sua = running.sua.changed(
            clock_url=clock.url,
            database_url=through(wire, running.database.writer_dsn),
            database_read_url=through(wire, running.database.reader_dsn),
        )
        running.sua, public_key = _signing(running.sua)
        running.sua = replace(running.sua, environment={**running.sua.environment, **COMPILED_ONCE})
        if mutant is not None:
            running.sua = replace(running.sua, environment={**running.sua.environment, "PYTHONPATH": str(mutant)})
        auditor = Auditor(running.database.owner_dsn, public_key, partial(signed, running.sua))
        plan = Plan(size, {}, {})
        yield Torture(plan, running, say, profile=profile, seed=seed, wire=wire, clock=clock, auditor=auditor)


def has_stopped(database: Database) -> bool:
    """Whether a table of any customer could not take a fact in; False while the database is away."""
    try:
        with psycopg.connect(database.owner_dsn, autocommit=True, connect_timeout=5) as db:
            found = db.execute("SELECT EXISTS (SELECT FROM checkpoints WHERE stopped_at IS NOT NULL)").fetchone()
    except psycopg.OperationalError:
        return False
    return found == (True,)


def _slowest(took: list[tuple[float, str]], many: int = 3) -> str:
    return ", ".join(f"`{command}` in {seconds:.1f} s" for seconds, command in sorted(took, reverse=True)[:many])


def signed(sua: Installation) -> "subprocess.Popen[str]":
    """Every log signed as it stands, by a command of its own."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return subprocess.Popen(
        [*SUA, "audit", "checkpoint", "--json"],
        cwd=ROOT,
        env={**ours, **sua.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _signing(sua: Installation) -> tuple[Installation, str]:
    """With a key that signs checkpoints and a folder that keeps them; and the key auditors are handed."""
    private, public = new_key(NAME)
    kept = sua.folder / "checkpoints"
    kept.mkdir()
    return sua.changed(checkpoint_key=private, checkpoint_name=NAME, checkpoint_dir=str(kept)), public
