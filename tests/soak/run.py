"""A soak: simulated days pass hour by hour under faults and kills, then calm, then everything is settled."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from tests.soak import faults
from tests.soak.customers import Customer, connect_all
from tests.soak.machines import Machines
from tests.soak.plan import SPELLS, Event, Plan, Stroke
from tests.soak.standing import Standing, standing, unsettled

BEGINS_AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
CALM_HOURS = 30
"""After the last fault: every nightly look and every daily listing comes round once more."""

HOUR_LONGEST_S = 12.0
"""An hour waits so long for the work of the one before; what is left then waits with the next hour's."""

_HOUR_SHORTEST_S = 0.4
_POLL_S = 0.1
_SETTLING_S = 300.0
_ALERTS_END_WITHIN_S = 90.0
"""They are looked for once a minute."""


class Unsettled(AssertionError):
    """In calm, something is still due after minutes of waiting."""


@dataclass(slots=True)
class Soak:
    """One run and its counters. `stops`: where the simulated clock stood. `say` tells how far it has got."""

    plan: Plan
    machines: Machines
    say: Callable[[str], None]
    customers: list[Customer] = field(default_factory=list)
    stops: list[datetime] = field(default_factory=list)
    survived: Counter[str] = field(default_factory=Counter)
    hours: int = 0
    late_hours: int = 0
    events: list[Event] = field(default_factory=list)
    open_spells: list[Event] = field(default_factory=list)

    def live(self, longest_s: float) -> None:
        """Connect the customers and let the planned hours pass under faults; after `longest_s` of them none begins."""
        self.machines.start_all()
        self.stops.append(self.machines.now())
        self.customers = connect_all(self.machines)
        self.say(f"{len(self.customers)} customers have consented")
        faults.begin(self.machines)
        until_s = time.monotonic() + longest_s
        for hour in range(1, self.plan.size.hours + 1):
            if time.monotonic() > until_s:
                break
            for event in self.plan.events.get(hour, ()):
                self._befall(event)
            for stroke in self.plan.strokes.get(hour, ()):
                self.machines.later(stroke.after_s, partial(self._strike, stroke))
            self._pass_hour()
        self.machines.finish()

    def calm_down(self) -> None:
        """No faults any more; hours pass until every feed has had its turn. Raises Unsettled."""
        for event in self.open_spells.copy():
            self._befall(event)
        faults.end(self.machines)
        for _ in range(CALM_HOURS):
            self._pass_hour()
        self._settle()
        self._await(lambda found: found.alerts == 0, _ALERTS_END_WITHIN_S)  # of one that stays, the verdict tells
        self.survived.update(faults.survived(self.machines))

    def _befall(self, event: Event) -> None:
        faults.befall(self.machines, event)
        self.events.append(event)
        self.open_spells = [each for each in self.open_spells if each != event]
        if event.turn in SPELLS:
            self.open_spells.append(Event(SPELLS[event.turn], event.tenant))
        if event.turn not in SPELLS.values():
            self.survived[event.turn] += 1

    def _strike(self, stroke: Stroke) -> None:
        if self.machines.strike(stroke.what, stroke.which, stroke.down_s):
            self.survived[stroke.what] += 1

    def _pass_hour(self) -> None:
        now = datetime.fromisoformat(self.machines.control("/_clock/advance", body={"hours": 1})["now"])
        self.stops.append(now)
        enough = partial(Standing.passable, tenants=self.plan.size.tenants)
        self.late_hours += not self._await(enough, HOUR_LONGEST_S)
        self.hours += 1
        if self.hours % 12 == 0:
            self.say(f"{now:%Y-%m-%d %H:%M} {standing(self.machines.database, now)}")

    def _settle(self) -> None:
        if not self._await(lambda found: found.settled, _SETTLING_S):
            left = unsettled(self.machines.database, self.stops[-1])
            raise Unsettled(f"after {_SETTLING_S:g} s of calm there is still something due:\n" + "\n".join(left))

    def _await(self, enough: Callable[[Standing], bool], within_s: float) -> bool:
        """Tend the machines until the work stands so; False if it does not in time."""
        began = time.monotonic()
        while (waited := time.monotonic() - began) < within_s:
            self.machines.tend()
            time.sleep(_POLL_S)
            found = standing(self.machines.database, self.stops[-1])
            if waited > _HOUR_SHORTEST_S and found is not None and enough(found):
                return True
        return False
