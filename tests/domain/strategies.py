"""Any fact, any sighting: few identities, so that they meet."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st
from pydantic import AwareDatetime

from app.domain.events import REGISTER, Event
from app.domain.events.charging import DirectRoutingCall, PstnCall
from app.domain.events.licensing import Profile, Workload
from app.domain.events.telephony import Call, Leg, Party
from app.domain.ids import CallId, DirectoryId, GroupId, LogRowId, PlanId, RunId, SkuId, UserId
from app.domain.personal import Personal
from app.domain.sightings import LicenceSighting, SeatSighting, SignInSighting, WorkloadSighting
from tests.domain.given import ANNA, E3, E5, EXCHANGE, STAFF, TEAMS

START = datetime(2026, 11, 1, tzinfo=UTC)
AFTERWARDS = START + timedelta(days=30)

moments = st.integers(0, 30 * 24).map(lambda hours: START + timedelta(hours=hours))
few_ids = st.integers(1, 3).map(lambda number: UUID(int=number))
paths = st.tuples(st.sampled_from([E3, E5]), st.sampled_from([None, STAFF]))
plans = st.lists(st.sampled_from([TEAMS, EXCHANGE]), unique=True).map(tuple)
personal = st.sampled_from(["Anna", "Bert"]).map(lambda name: Personal.of_user(ANNA, name))
parties = st.builds(Party, label=st.none() | personal)
legs = st.builds(
    lambda party, begins, lasts, failed: Leg(
        party=party,
        started_at=START + timedelta(seconds=begins),
        ended_at=START + timedelta(seconds=min(3600, begins + lasts)),
        failed=failed,
    ),
    parties,
    st.integers(0, 3600),
    st.integers(0, 3600),
    st.booleans(),
)
calls = st.builds(
    lambda revision, some: Call(
        call=CallId(UUID(int=1)),
        revision=revision,
        kind="groupCall",
        modalities=(),
        started_at=START,
        ended_at=START + timedelta(hours=1),
        organiser=None,
        legs=tuple(some),
        test=False,
    ),
    st.integers(1, 5),
    st.lists(legs, max_size=8),
)

for identity in (UserId, GroupId, PlanId, CallId, LogRowId, RunId, DirectoryId):
    st.register_type_strategy(identity, few_ids)
st.register_type_strategy(datetime, moments)
st.register_type_strategy(AwareDatetime, moments)
st.register_type_strategy(Personal, personal)
st.register_type_strategy(Call, calls)
st.register_type_strategy(SkuId, st.sampled_from([E3, E5]))
st.register_type_strategy(Decimal, st.decimals(0, 100, places=3))
pstn_calls = st.builds(PstnCall)
direct_routing_calls = st.builds(DirectRoutingCall)

any_fact: st.SearchStrategy[Event] = st.one_of([st.builds(fact) for fact in REGISTER.values()])
histories = st.lists(any_fact, max_size=20)

licence_sightings = st.builds(
    lambda path, off, updated_at, error: LicenceSighting(path[0], path[1], off, updated_at, error),
    paths,
    plans,
    st.none() | moments,
    st.sampled_from([None, None, "CountViolation", "Other"]),
)


def seat_sightings(at: datetime) -> st.SearchStrategy[SeatSighting]:
    return st.builds(
        SeatSighting,
        user=st.just(ANNA),
        created_at=st.none(),
        enabled=st.booleans(),
        profile=st.builds(Profile, department=st.sampled_from(["Sales", None])),
        licences=st.lists(licence_sightings, max_size=6).map(tuple),
        seen_at=st.just(at),
        since=st.none() | moments,
    )


sign_in_sightings = st.builds(SignInSighting, user=st.just(ANNA))
workload_sightings = st.builds(
    WorkloadSighting,
    user=st.just(ANNA),
    last_activity=st.dictionaries(st.sampled_from(Workload), moments.map(datetime.date)),
)
