"""The calls of one simulated day, of every kind Graph's call records know.

Peer-to-peer, meetings (with rejoining, rooms, anonymous guests, federated people, dial-in and many sessions), PSTN in
and out, calls through a queue's resource account, calls that failed, test calls; some records are revised later.
All calls start after 06:00 and end before 21:00 UTC of their day, but for those of the night where they are asked for.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from app.simulator.calls import Call, CallVersion, Party, Session
from app.simulator.company import Company, midnight, new_id
from app.simulator.names import FAMILY, GIVEN, PLACES
from app.simulator.people import Person

CALLS_PER_PERSON = 1.2
REVISED_SHARE = 0.08
BIG_MEETING_SHARE = 0.01
PLATFORMS = ("windows", "windows", "macOS", "iOS", "android", "web")
Legs = list[Session]


@dataclass(frozen=True, slots=True)
class Scene:
    """Who and when: what every kind of call is made from."""

    company: Company
    staff: list[Person]
    rooms: list[Person]
    resources: list[Person]
    rng: Random
    dusk: datetime

    def colleague(self, at: datetime) -> Party:
        return self.party(self.rng.choice(self.staff), at)

    def party(self, person: Person, at: datetime) -> Party:
        """Someone of this directory as call records show them (name and UPN of that day)."""
        profile = person.profile_at(at)
        kind = "application" if person.kind == "phone_resource" else "user"
        platform = "roomSystem" if person.kind == "room" else self.rng.choice(PLATFORMS)
        return Party(kind, person.id, profile.display_name, self.company.id, profile.upn, platform)

    def outsider(self) -> Party:
        """A federated person of the partner's directory."""
        name = f"{self.rng.choice(GIVEN)} {self.rng.choice(FAMILY)}"
        upn = f"{name.replace(' ', '.').lower()}@partner.example"
        return Party("federated", new_id(self.rng), name, self.company.partner_id, upn)

    def phone(self) -> Party:
        return Party("phone", f"{self.rng.choice(PLACES).prefix}{self.rng.randrange(10**6, 10**7)}")

    def guest(self) -> Party:
        return Party("guest", new_id(self.rng), self.rng.choice(GIVEN), platform="web")


def make_calls(company: Company, at_work: list[Person], day: date, rng: Random) -> None:
    """Place the day's calls among those at work; none when fewer than two are."""
    if len(at_work) < 2:
        return
    dusk = midnight(day) + timedelta(hours=21)
    rooms = [person for person in company.people if person.kind == "room"]
    resources = [person for person in company.people if person.kind == "phone_resource"]
    scene = Scene(company, at_work, rooms, resources, rng, dusk)
    makers = (_peer_to_peer, _meeting, _dial_out, _dial_in, _federated, _queue, _failed, _test)
    weights = (50, 24, 9, 6, 4, 2, 4, 1)
    number = min(company.calls_per_day, round(len(at_work) * CALLS_PER_PERSON))
    for make in rng.choices(makers, weights, k=number):
        start = midnight(day) + timedelta(seconds=rng.randrange(6 * 3600, 19 * 3600), microseconds=rng.randrange(10**6))
        make(scene, start)


def make_night_calls(company: Company, at_work: list[Person], day: date, by_day: int) -> None:
    """Calls between two people late in the evening, some over midnight: a share of the day's, if the rules say so."""
    share = company.call_rules.night_share
    if not share or len(at_work) < 2:
        return
    rng = company.rng_for(f"{day.isoformat()}/night")
    scene = Scene(company, at_work, [], [], rng, midnight(day) + timedelta(hours=30))
    for _ in range(max(1, round(by_day * share))):
        _peer_to_peer(scene, midnight(day) + timedelta(seconds=rng.uniform(21 * 3600, 24 * 3600 - 1)))


def _length(rng: Random) -> timedelta:
    return timedelta(microseconds=int(min(5400, max(4, rng.expovariate(1 / 420))) * 10**6))


def _place(scene: Scene, kind: str, organizer: Party, legs: Legs, url: str | None = None) -> None:
    """Record a call; a share gets a second version some hours or a day later, with more legs or a later end."""
    rng = scene.rng
    call_id = legs[0].id if kind == "peerToPeer" else new_id(rng)
    first = _version(1, legs)
    versions = [first]
    if rng.random() < REVISED_SHARE:
        more = [*legs, *_late_legs(legs, scene.dusk, rng)]
        later = _version(2, more, first.ended_at + rng.choice((timedelta(hours=2), timedelta(hours=26))))
        versions.append(later)
    scene.company.place_call(Call(call_id, kind, organizer, url, tuple(versions)))


def _version(number: int, legs: Legs, visible_at: datetime | None = None) -> CallVersion:
    started, ended = min(leg.started_at for leg in legs), max(leg.ended_at for leg in legs)
    visible = ended if visible_at is None else max(ended, visible_at)
    return CallVersion(number, visible, started, ended, tuple(legs))


def _late_legs(legs: Legs, dusk: datetime, rng: Random) -> Legs:
    """Someone came back for a few minutes, which the first version did not know yet."""
    again = rng.choice(legs)
    begin = max(leg.ended_at for leg in legs) - timedelta(seconds=rng.randrange(0, 60))
    begin = max(begin, again.started_at)
    end = min(dusk, begin + timedelta(seconds=rng.randrange(61, 600)))
    return [Session(new_id(rng), again.caller, again.callee, begin, end, again.modalities)]


def _one_leg(scene: Scene, caller: Party, callee: Party, start: datetime) -> None:
    end = start + _length(scene.rng)
    modalities = ("audio", "video") if scene.rng.random() < 0.3 and callee.kind != "phone" else ("audio",)
    leg = Session(new_id(scene.rng), caller, callee, start, end, modalities)
    _place(scene, "peerToPeer", caller, [leg])


def _two(scene: Scene, at: datetime) -> tuple[Party, Party]:
    first, second = scene.rng.sample(scene.staff, 2)
    return scene.party(first, at), scene.party(second, at)


def _peer_to_peer(scene: Scene, start: datetime) -> None:
    _one_leg(scene, *_two(scene, start), start)


def _dial_out(scene: Scene, start: datetime) -> None:
    _one_leg(scene, scene.colleague(start), scene.phone(), start)


def _dial_in(scene: Scene, start: datetime) -> None:
    _one_leg(scene, scene.phone(), scene.colleague(start), start)


def _federated(scene: Scene, start: datetime) -> None:
    pair = (scene.colleague(start), scene.outsider())
    _one_leg(scene, *(pair if scene.rng.random() < 0.5 else pair[::-1]), start)


def _meeting(scene: Scene, start: datetime) -> None:
    rng = scene.rng
    size = rng.randrange(40, 90) if rng.random() < BIG_MEETING_SHARE else rng.randrange(3, 9)
    people = rng.sample(scene.staff, min(size, len(scene.staff)))
    parties = [scene.party(person, start) for person in people]
    for chance, extra in ((0.15, scene.guest), (0.2, scene.outsider), (0.1, scene.phone)):
        if rng.random() < chance:
            parties.append(extra())
    if rng.random() < 0.1:
        parties.append(scene.party(rng.choice(scene.rooms), start))
    end = min(scene.dusk - timedelta(minutes=15), start + timedelta(minutes=rng.choice((15, 30, 30, 45, 60))))
    legs = [leg for party in parties for leg in _attend(party, start, end, rng)]
    url = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{new_id(rng)}%40thread.v2/0"
    _place(scene, "groupCall", parties[0], legs, url)


def _attend(party: Party, start: datetime, end: datetime, rng: Random) -> Legs:
    """One to three legs; rejoining may overlap the leg before it, as when a second device takes over."""
    span = (end - start).total_seconds()
    joined = start + timedelta(seconds=rng.uniform(0, span * 0.2))
    left = end - timedelta(seconds=rng.uniform(0, span * 0.2))
    modalities = ("audio",) if party.kind == "phone" else ("audio", "video")
    if rng.random() > 0.2:
        return [Session(new_id(rng), party, None, joined, left, modalities)]
    middle = joined + (left - joined) * rng.uniform(0.3, 0.7)
    again = middle + timedelta(seconds=rng.randrange(-90, 240))
    legs = [Session(new_id(rng), party, None, joined, middle, modalities)]
    legs.append(Session(new_id(rng), party, None, max(joined, again), max(left, again), modalities))
    if rng.random() < 0.3:
        sharing = ("videoBasedScreenSharing",)
        legs.append(Session(new_id(rng), party, None, middle, min(end, middle + timedelta(minutes=4)), sharing))
    return legs


def _queue(scene: Scene, start: datetime) -> None:
    """A caller reaches a call queue (a resource account), which finds an agent."""
    rng = scene.rng
    queue, caller, agent = scene.party(rng.choice(scene.resources), start), scene.phone(), scene.colleague(start)
    answered = start + timedelta(seconds=rng.randrange(5, 90))
    end = answered + _length(rng)
    legs = [
        Session(new_id(rng), caller, None, start, end),
        Session(new_id(rng), queue, None, start, answered),
        Session(new_id(rng), agent, None, answered, end),
    ]
    _place(scene, "groupCall", caller, legs)


def _failed(scene: Scene, start: datetime) -> None:
    """Half never got through (equal times, failed at set-up), half broke off."""
    rng = scene.rng
    caller, callee = _two(scene, start)
    setup = rng.random() < 0.5
    end = start if setup else start + timedelta(seconds=rng.randrange(5, 300))
    failure = ("callSetup", "No answer within the time limit.") if setup else ("midcall", "The media path was lost.")
    leg = Session(new_id(rng), caller, callee, start, end, failure=failure)
    scene.company.place_call(Call(leg.id, "peerToPeer", caller, None, (_version(1, [leg]),)))


def _test(scene: Scene, start: datetime) -> None:
    caller = scene.colleague(start)
    bot = Party("application", new_id(scene.rng), "Call Quality Tester", scene.company.id)
    end = start + timedelta(seconds=scene.rng.randrange(10, 40))
    leg = Session(new_id(scene.rng), caller, bot, start, end, test=True)
    scene.company.place_call(Call(leg.id, "peerToPeer", caller, None, (_version(1, [leg]),)))
