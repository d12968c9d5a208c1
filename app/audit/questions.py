"""What GraphQL is asked of a moment, beside what the replay says the answer is."""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from app.audit.answers import Door
from app.audit.difference import Values
from app.audit.expected_activity import activity_of, idle_of, summary_of
from app.audit.expected_calls import calls_of, coverage_of, usage_by_day_of, usage_of
from app.audit.expected_findings import findings_of
from app.audit.expected_seats import changes_of, exemptions_of, prices_of, products_of, users_of
from app.audit.questions_of_use import OF_USE
from app.audit.replay import WholeReplay
from app.audit.same import Key, Outcome, same

Node = dict[str, Any]
Question = Callable[[Door, WholeReplay, Mapping[str, Any]], Awaitable[Outcome]]

CALL_DAYS = 400
"""As many as one question may span."""
COVERAGE_DAYS = 31

_VIEW = "tenant(id: $tenant) { at(asOf: $asOf, knownAt: $knownAt)"
_MOMENT = "$tenant: ID!, $asOf: Date, $knownAt: DateTime"
_PAGED = "$first: Int!, $after: String"
_INFO = "pageInfo { hasNextPage endCursor }"

USERS = f"""query({_MOMENT}, {_PAGED}) {{ {_VIEW} {{ users(first: $first, after: $after) {{ nodes {{
    userId name userPrincipalName kind kindSource kindConfidence enabled deleted department company costCentre country
    usageLocation createdAt holdings {{ sku {{ skuId }} viaGroup disabledPlans heldSince }}
    activity {{ state quietSince }} }} {_INFO} }} }} }} }}"""
PRODUCTS = f"""query({_MOMENT}) {{ {_VIEW} {{ skus {{
    skuId partNumber appliesTo enabled warning suspended lockedOut consumed
    renewals {{ date seats status trial boughtAt }} }} }} }} }}"""
PRICES = f"""query({_MOMENT}) {{ {_VIEW} {{ prices {{
    sku {{ skuId }} source lot effectiveFrom amount {{ amount currency }} per term effectiveUntil quantity commitFloor
    taxIncluded }} }} }} }}"""
EXEMPTIONS = f"""query({_MOMENT}, {_PAGED}) {{ {_VIEW} {{ exemptions(first: $first, after: $after) {{ nodes {{
    userId userName sku {{ skuId }} owner until by }} {_INFO} }} }} }} }}"""
IDLE = f"""query({_MOMENT}, {_PAGED}) {{ {_VIEW} {{ idleLicences(first: $first, after: $after) {{ nodes {{
    userId sku {{ skuId }} department verdict heldSince quietSince suspected }} {_INFO} }} }} }} }}"""
SUMMARY = f"""query({_MOMENT}) {{ {_VIEW} {{ licenceSummary {{
    sku {{ skuId }} held idle neverUsed unverifiable }} }} }} }}"""
FINDINGS = f"""query({_MOMENT}, {_PAGED}) {{ {_VIEW} {{
    findings(first: $first, after: $after) {{ nodes {{
    userId sku {{ skuId }} cause tier saving {{ amount currency }} better {{ skuId }} }} {_INFO} }} }} }} }}"""
CALLS = f"""query({_MOMENT}, $since: Date, $until: Date, {_PAGED}) {{ {_VIEW} {{
    calls(since: $since, until: $until, first: $first, after: $after) {{ nodes {{
    callId revision kind modalities startedAt endedAt seconds direction organiserId participantCount failed
    participants {{ userId kind joinedAt leftAt seconds failed }} }} {_INFO} }} }} }} }}"""
USAGE = f"""query({_MOMENT}, $since: Date, $until: Date, $by: UsageGrouping!) {{ {_VIEW} {{
    callUsage(since: $since, until: $until, groupBy: $by) {{
    key calls participantSeconds users failedCalls }} }} }} }}"""
CHANGES = f"""query($tenant: ID!, {_PAGED}) {{ tenant(id: $tenant) {{ licenceChanges(first: $first, after: $after) {{
    nodes {{ position happenedAt recordedAt change userId sku {{ skuId }} viaGroup detail cause }} {_INFO} }} }} }}"""
COVERAGE = """query($tenant: ID!, $since: DateTime, $until: DateTime) { tenant(id: $tenant) {
    coverage(since: $since, until: $until) { hour notified fetched listed missing pass } } }"""


async def users(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    """Everybody in the directory, what they hold and whether they are active."""
    activities = activity_of(door.tenant, replay)
    nodes = {key: {**node, "activity": activities[key]} for key, node in users_of(door, replay).items()}
    told = _paged(door.pages(USERS, moment, "tenant", "at", "users"), lambda node: (node["userId"],))
    return await same("users", replay, nodes, told)


async def skus(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    found = (await door.ask(PRODUCTS, moment))["tenant"]["at"]["skus"]
    return await same("skus", replay, products_of(replay), _keyed(found, lambda node: (node["skuId"],)))


async def prices(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    found = (await door.ask(PRICES, moment))["tenant"]["at"]["prices"]
    told = _keyed(found, lambda node: (node["sku"]["skuId"], node["source"], node["lot"], node["effectiveFrom"]))
    return await same("prices", replay, prices_of(replay), told)


async def exemptions(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    told = _paged(door.pages(EXEMPTIONS, moment, "tenant", "at", "exemptions"), _seat)
    return await same("exemptions", replay, exemptions_of(door, replay), told)


async def idle_licences(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    told = _paged(door.pages(IDLE, moment, "tenant", "at", "idleLicences"), _seat)
    return await same("idleLicences", replay, idle_of(door.tenant, replay), told)


async def licence_summary(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    found = (await door.ask(SUMMARY, moment))["tenant"]["at"]["licenceSummary"]
    told = _keyed(found, lambda node: (node["sku"]["skuId"],))
    return await same("licenceSummary", replay, summary_of(replay), told)


async def findings(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    told = _paged(door.pages(FINDINGS, moment, "tenant", "at", "findings"), _seat)
    return await same("findings", replay, findings_of(door.tenant, replay), told)


async def calls(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    since, until = _window(replay)
    asked = {**moment, "since": since.isoformat(), "until": until.isoformat()}
    told = _paged(door.pages(CALLS, asked, "tenant", "at", "calls"), lambda node: (node["callId"],))
    return await same("calls", replay, calls_of(door.tenant, replay, since, until), told)


async def call_usage(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    since, until = _window(replay)
    asked = {**moment, "since": since.isoformat(), "until": until.isoformat(), "by": "USER"}
    found = (await door.ask(USAGE, asked))["tenant"]["at"]["callUsage"]
    expected = usage_of(door.tenant, replay, since, until)
    return await same("callUsage", replay, expected, _keyed(found, lambda node: (node["key"],)))


async def call_usage_by_day(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    since, until = _window(replay)
    asked = {**moment, "since": since.isoformat(), "until": until.isoformat(), "by": "DAY"}
    found = (await door.ask(USAGE, asked))["tenant"]["at"]["callUsage"]
    expected = usage_by_day_of(replay, since, until)
    return await same("callUsage by day", replay, expected, _keyed(found, lambda node: (node["key"],)))


async def licence_changes(door: Door, replay: WholeReplay, _: Mapping[str, Any]) -> Outcome:
    """Not of a moment: the whole trail as known now."""
    told = _paged(door.pages(CHANGES, {}, "tenant", "licenceChanges"), lambda node: (node["position"],))
    return await same("licenceChanges", replay, changes_of(door.tenant, replay), told)


async def coverage(door: Door, replay: WholeReplay, _: Mapping[str, Any]) -> Outcome:
    """Not of a moment: the ledger of the newest month something was heard of."""
    hours = dict(replay.ledger.hours())
    until = max(hours, default=door.now) + timedelta(hours=1)
    since = until - timedelta(days=COVERAGE_DAYS)
    asked = {"since": since.isoformat(), "until": until.isoformat()}
    found = (await door.ask(COVERAGE, asked))["tenant"]["coverage"]
    expected = coverage_of(replay, since, until)
    return await same("coverage", replay, expected, _keyed(found, lambda node: (node["hour"],)))


OF_A_MOMENT: Mapping[str, Question] = {
    "users": users,
    "skus": skus,
    "prices": prices,
    "exemptions": exemptions,
    "idleLicences": idle_licences,
    "licenceSummary": licence_summary,
    "findings": findings,
    "calls": calls,
    "callUsage": call_usage,
    "callUsage by day": call_usage_by_day,
    **OF_USE,
}
OF_NOW: Mapping[str, Question] = {"licenceChanges": licence_changes, "coverage": coverage}


def _window(replay: WholeReplay) -> tuple[date, date]:
    until = replay.cut.on + timedelta(days=1)
    return until - timedelta(days=CALL_DAYS), until


def _seat(node: Node) -> Key:
    return (node["userId"], node["sku"]["skuId"])


async def _keyed(nodes: Iterable[Node], key: Callable[[Node], Key]) -> AsyncIterator[tuple[Key, Values]]:
    for node in nodes:
        yield key(node), node


async def _paged(nodes: AsyncIterable[Node], key: Callable[[Node], Key]) -> AsyncIterator[tuple[Key, Values]]:
    async for node in nodes:
        yield key(node), node
