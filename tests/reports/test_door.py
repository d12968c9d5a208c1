"""The exports' door: whom it opens to, what it refuses, and that nothing leaves unrecorded."""

from typing import Any

import pytest

from app.domain.events.access import DataExported, ExportFormat, ExportKind
from tests.graphql.world import CONTOSO, FABRIKAM, NOON
from tests.reports.conftest import Client
from tests.reports.tables import csv_rows, sheets

KINDS = ["findings", "costs", "licence-history"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", ["viewer", "admin", "auditor", "hr", "operator"])
async def test_whoever_may_see_the_customer_may_take_the_file(client: Client, kind: str, who: str) -> None:
    answer = await client.get(f"{kind}.csv", who)

    assert answer.status_code == 200, answer.text
    assert len(csv_rows(answer.content)) > 1


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("neighbour", (404, "NOT_FOUND")),
        ("reseller", (403, "FORBIDDEN")),
        ("nobody", (403, "FORBIDDEN")),
        ("stranger", (403, "FORBIDDEN")),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_others_are_refused_and_nothing_is_recorded(
    client: Client, who: str, refusal: tuple[int, str], ending: str
) -> None:
    before = len(client.exported())

    assert await client.refused(f"findings.{ending}", who) == refusal
    assert len(client.exported()) == before


@pytest.mark.parametrize("path", [f"{CONTOSO}/findings.csv", "nonsense/findings.csv", f"{CONTOSO}/nothing.csv"])
async def test_without_a_token_nothing_is_said_of_any_path(client: Client, path: str) -> None:
    answer = await client.http.get(f"/exports/{path}")

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("tenant", ["7e000000-0000-4000-8000-0000000000ff", "x", f"{FABRIKAM}"])
async def test_a_tenant_that_is_not_there_is_refused_like_another_s(client: Client, tenant: str) -> None:
    answer = await client.get("findings.csv", "hr", tenant)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


async def test_even_the_provider_finds_no_tenant_that_is_not_there(client: Client) -> None:
    answer = await client.get("findings.csv", "operator", "7e000000-0000-4000-8000-0000000000ff")

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
async def test_only_get_is_answered(client: Client, method: str) -> None:
    answer = await client.http.request(method, f"/exports/{CONTOSO}/findings.csv")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("file", "query"),
    [
        ("findings.csv", {"asOf": "tomorrow"}),
        ("findings.csv", {"asOf": "20261101"}),
        ("findings.csv", {"asOf": "2026-02-30"}),
        ("findings.csv", {"asOf": ["2026-11-01", "2026-11-02"]}),
        ("findings.csv", {"knownAt": "2026-11-01T00:00:00"}),
        ("findings.csv", {"knownAt": "2026-12-24T00:00:00Z"}),
        ("findings.csv", {"knownAt": "x"}),
        ("findings.csv", {"causes": "IDLE,BORED"}),
        ("findings.csv", {"causes": ""}),
        ("findings.csv", {"tiers": "SURE"}),
        ("findings.csv", {"department": ""}),
        ("findings.csv", {"department": "a\x00b"}),
        ("findings.csv", {"month": "2026-11"}),
        ("findings.csv", {"as_of": "2026-11-01"}),
        ("findings.csv", {"asOf": "2026-05-01"}),
        ("costs.csv", {"month": "2026-13"}),
        ("costs.csv", {"month": "2026-11-01"}),
        ("costs.csv", {"groupBy": "SHOE_SIZE"}),
        ("costs.csv", {"causes": "IDLE"}),
        ("licence-history.csv", {"month": "11/2026"}),
    ],
)
async def test_what_cannot_be_meant_is_refused(client: Client, file: str, query: dict[str, Any]) -> None:
    assert await client.refused(file, **query) == (400, "BAD_USER_INPUT")


async def test_a_day_that_has_not_begun_is_refused_as_in_graphql(client: Client) -> None:
    assert await client.refused("findings.xlsx", asOf="2026-11-24") == (400, "AS_OF_OUT_OF_RANGE")
    assert await client.refused("costs.csv", month="2026-12") == (400, "AS_OF_OUT_OF_RANGE")


async def test_the_headers_say_what_the_file_is_and_that_nobody_keeps_it(client: Client) -> None:
    csv = await client.get("findings.csv", asOf="2026-11-20")
    xlsx = await client.get("costs.xlsx")

    position = csv.headers["sua-position"]
    assert {name: csv.headers[name] for name in ("content-type", "content-disposition", "sua-as-of")} == {
        "content-type": "text/csv; charset=utf-8; header=present",
        "content-disposition": f'attachment; filename="contoso-findings-2026-11-20-{position}.csv"',
        "sua-as-of": "2026-11-20",
    }
    assert {(csv.headers[each], xlsx.headers[each]) for each in ("cache-control", "x-content-type-options")} == {
        ("private, no-store", "private, no-store"),
        ("nosniff", "nosniff"),
    }
    assert xlsx.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert int(xlsx.headers["content-length"]) == len(xlsx.content)


async def test_a_file_that_leaves_is_a_fact(client: Client) -> None:
    before = client.exported()

    await client.file("findings.csv", "hr", asOf="2026-11-20")
    answer = await client.get("costs.xlsx", "viewer")

    first, second = client.exported()[len(before) :]
    assert first == DataExported(
        happened_at=NOON,
        kind=ExportKind.FINDINGS,
        format=ExportFormat.CSV,
        as_of=first.as_of,
        position=first.position,
        persons=True,
        by=first.by,
    )
    assert (str(first.as_of), first.by is not None) == ("2026-11-20", True)
    assert (second.kind, second.format, second.persons) == (ExportKind.COSTS, ExportFormat.XLSX, False)
    assert second.position == int(answer.headers["sua-position"])
    assert [tenant for tenant, _ in client.rings] == [CONTOSO, CONTOSO]


async def test_a_refused_question_is_no_fact(client: Client) -> None:
    before = len(client.exported())

    await client.refused("findings.csv", causes="BORED")
    await client.refused("costs.xlsx", month="2026-12")

    assert len(client.exported()) == before


@pytest.mark.parametrize("kind", ["findings", "licence-history"])
async def test_names_are_pseudonyms_without_the_role_and_the_same_as_in_graphql(client: Client, kind: str) -> None:
    named, hidden = [csv_rows(await client.file(f"{kind}.csv", who)) for who in ("hr", "viewer")]
    asked = "query ($id: ID!) { tenant(id: $id) { at { users(first: 50) { nodes { name } } } } }"
    shown = await client.ask(asked, "viewer", id=str(CONTOSO))

    names = {node["name"] for node in shown["tenant"]["at"]["users"]["nodes"]}
    user = named[0].index("User")
    assert "Bert Tal" in {row[user] for row in named[1:]}
    assert {row[user] for row in hidden[1:]} <= names
    assert not [row for row in hidden if "Bert" in " ".join(row) or "bert@" in " ".join(row)]


async def test_a_workbook_says_what_it_is(client: Client) -> None:
    about = dict(sheets(await client.file("findings.xlsx", "viewer", asOf="2026-11-22"))["About"])

    assert about["Customer"] == "Contoso"
    assert about["As of"] == "2026-11-22, at the end of the day in Europe/Berlin"
    assert about["Known at"] == "2026-11-23 12:00:00 UTC"
    assert about["Names of persons"].startswith("Pseudonyms")
    assert about["Currency of the customer"] == "EUR"
    assert int(about["Position in the log"]) > 10
