"""What a log shows of who used what, by the words of the definitions: facts in, signs out, one fact at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCallLogged, PstnCallCharged
from app.domain.events.licensing import WorkloadUsed
from app.domain.events.telephony import Call, CallCompleted, CallRevised, Party, PartyKind
from app.domain.ids import UserId
from app.domain.standing import Source
from tests.projections.story import HOME

Used = tuple[UserId, Source, datetime]


def used(facts: Iterable[Event]) -> Iterator[Used]:
    for fact in facts:
        match fact:
            case WorkloadUsed():
                yield fact.user, Source(fact.workload.value), fact.happened_at
                yield fact.user, Source.HUMAN, fact.happened_at
            case CallCompleted() | CallRevised() if not fact.call.test:
                yield from _called(fact.call)
            case PstnCallCharged(call=row) if row.user is not None and row.seconds != 0:
                if row.kind in {"conf_in", "conf_out", "user_out_conf"}:
                    yield row.user, Source.CONFERENCE, row.began_at
                else:
                    yield row.user, Source.TELEPHONE, row.began_at
                    if row.kind != "user_out_forwarding":
                        yield row.user, Source.HUMAN, row.began_at
            case DirectRoutingCallLogged(call=trunk) if trunk.user is not None:
                if trunk.seconds != 0 and trunk.successful is not False:
                    yield trunk.user, Source.TELEPHONE, trunk.began_at
                    yield trunk.user, Source.HUMAN, trunk.began_at


def _called(call: Call) -> Iterator[Used]:
    parties = [leg.party for leg in call.legs] + ([call.organiser] if call.organiser else [])
    hosted = call.kind == "groupCall" and call.organiser is not None and call.organiser.kind is PartyKind.USER
    with_telephone = any(party.kind is PartyKind.PHONE for party in parties)
    with_stranger = any(party.kind is PartyKind.USER and not _own(party) for party in parties)
    voice = call.kind == "peerToPeer" and "audio" in call.modalities
    needs_telephone = not hosted if with_telephone else with_stranger and voice
    for leg in call.legs:
        if leg.failed:
            continue
        if leg.party.kind is PartyKind.PHONE and hosted and call.organiser is not None and _own(call.organiser):
            assert call.organiser.user is not None
            yield call.organiser.user, Source.CONFERENCE, leg.started_at
        if leg.party.user is not None and _own(leg.party):
            yield leg.party.user, Source.HUMAN, leg.started_at
            if needs_telephone:
                yield leg.party.user, Source.TELEPHONE, leg.started_at


def _own(party: Party) -> bool:
    return party.user is not None and party.directory in (None, HOME)
