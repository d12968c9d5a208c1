"""`sua prices`, `sua rates`: all of a file or nothing of it, for one customer or for all that are and will be."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from app.clock import SystemClock
from app.commands.desk import Desk
from app.commands.record_skus import RecordSkus, record_skus
from app.commands.set_price import SetPrice, set_price
from app.domain.errors import Refused, TenantUnknown
from app.domain.events.pricing import ExchangeRateSet, Per, PriceSet, PriceSource, Term
from app.domain.ids import RunId, TenantId
from app.domain.price_book import PriceLine
from app.domain.sightings import SkuSighting
from app.eventstore.keys import KeyRing
from app.eventstore.pools import Pool, writer_pool
from app.eventstore.store import EventStore
from app.ops.cli import app
from app.ops.price_files_import import ContractNeedsTenant
from app.ops.pricing import PriceFileRefused
from app.ops.skus import SkuListRefused
from app.projections.engine import advance
from tests.database import Database
from tests.domain.given import E3, E5

HEADER = "sku,price,currency,source,effective from,effective until,lot"
SKUS = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names"
PLAN = UUID(int=1)


@dataclass(frozen=True, slots=True)
class Till:
    """An installation with Microsoft's list of two products, its log, and a place for files."""

    pool: Pool
    desk: Desk
    place: Path

    def file(self, *rows: str, header: str = HEADER) -> str:
        path = self.place / f"{uuid4()}.csv"
        path.write_text("\n".join([header, *rows]))
        return str(path)

    def invited(self) -> TenantId:
        """Another customer each time."""
        told, error = sua("tenants", "invite", f"Contoso {uuid4()}", "admin@contoso.example")
        assert error is None
        return TenantId(UUID(told["tenant"]))

    def facts(self, tenant: TenantId) -> list[Any]:
        found = self.desk.store.read(tenant, after=0, limit=20_000)
        return [each.event for each in found if isinstance(each.event, PriceSet | ExchangeRateSet)]

    def amounts(self, tenant: TenantId) -> list[Decimal]:
        return [fact.amount for fact in self.facts(tenant)]


@pytest.fixture
def till(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Till]:
    chosen = {
        "DATABASE_URL": database.writer_dsn,
        "DATABASE_READ_URL": database.reader_dsn,
        "GRAPH_CLIENT_ID": str(UUID(int=7)),
        "GRAPH_CLIENT_SECRET": "secret",
        "MASTER_KEY": base64.b64encode(bytes(32)).decode(),
    }
    for name, value in chosen.items():
        monkeypatch.setenv(f"SUA_{name}", value)
    with writer_pool(database.writer_dsn) as pool:
        desk = Desk(EventStore(pool, KeyRing(pool, bytes(32))), SystemClock(), lambda tenant, position: None)
        till = Till(pool, desk, tmp_path)
        rows = [f"Microsoft 365 {name},SPE_{name},{sku},X,{PLAN},X" for name, sku in (("E3", E3), ("E5", E5))]
        assert sua("skus", "import", till.file(*rows, header=SKUS)) == (
            [{"rows": 2, "products": 2, "changed": 2}],
            None,
        )
        yield till


def sua(*arguments: object) -> tuple[Any, BaseException | None]:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    return (json.loads(done.stdout) if done.stdout else None), done.exception


def test_prices_become_facts_and_said_again_add_none(till: Till) -> None:
    tenant = till.invited()
    file = till.file("SPE_E3,36.00,EUR,contract,2026-01-01,,", f"{E5},57.00,EUR,contract,2026-01-01,,")

    first, _ = sua("prices", "import", file, "--tenant", tenant)
    again, _ = sua("prices", "import", file, "--tenant", tenant)

    assert (first["new"], first["facts"], first["tenants"]) == (2, 2, 1)
    assert (again["unchanged"], again["facts"], again["changes"]) == (2, 0, [])
    assert till.amounts(tenant) == [Decimal("36.00"), Decimal("57.00")]


def test_a_dry_run_shows_what_would_change_and_writes_nothing(till: Till) -> None:
    tenant = till.invited()
    sua("prices", "import", till.file("SPE_E3,36.00,EUR,contract,2026-01-01,,"), "--tenant", tenant)
    file = till.file("SPE_E3,35.00,EUR,contract,2026-01-01,,", "SPE_E5,57.00,EUR,contract,2026-01-01,,")

    told, error = sua("prices", "import", file, "--tenant", tenant, "--dry-run")

    assert error is None
    assert (told["dry_run"], told["new"], told["changed"], told["facts"]) == (True, 1, 1, 2)
    first, second = told["changes"]
    assert (first["what"], first["amount"], first["before"]["amount"]) == ("CHANGED", "35.00", "36.00")
    assert (second["what"], second["amount"], second["before"]) == ("NEW", "57.00", None)
    assert till.amounts(tenant) == [Decimal("36.00")]


def test_one_bad_row_keeps_all_of_them_out(till: Till) -> None:
    tenant = till.invited()
    file = till.file("SPE_E3,36.00,EUR,contract,2026-01-01,,", "SPE_E9,57.00,EUR,contract,2026-01-01,,")

    told, error = sua("prices", "import", file, "--tenant", tenant)

    assert [(each["row"], each["code"]) for each in told["errors"]] == [(3, "SKU_UNKNOWN")]
    assert isinstance(error, PriceFileRefused)
    assert str(error) == "1 of 2 rows cannot be taken; nothing was written."
    assert till.facts(tenant) == []


def test_periods_that_overlap_in_the_file_or_with_what_is_known_are_refused(till: Till) -> None:
    tenant = till.invited()
    sua("prices", "import", till.file("SPE_E3,36.00,EUR,contract,2026-06-01,,"), "--tenant", tenant)
    file = till.file(
        "SPE_E3,36.00,EUR,contract,2026-01-01,2026-07-01,",
        "SPE_E5,50.00,EUR,list,2026-01-01,2026-07-01,",
        "SPE_E5,57.00,EUR,list,2026-05-01,,",
    )

    told, error = sua("prices", "import", file, "--tenant", tenant)

    assert isinstance(error, PriceFileRefused)
    assert [(each["row"], each["code"]) for each in told["errors"]] == [
        (row, "PRICE_PERIODS_OVERLAP") for row in (2, 3, 4)
    ]
    assert till.amounts(tenant) == [Decimal("36.00")]


def test_a_part_number_the_customer_has_needs_no_list(till: Till) -> None:
    tenant = till.invited()
    now = till.desk.now()
    seen = SkuSighting(
        sku=E5,
        part_number="CONTOSO_ONLY",
        applies_to="User",
        plans=(),
        enabled=1,
        warning=0,
        suspended=0,
        locked_out=0,
        consumed=0,
        seen_at=now,
    )
    record_skus(RecordSkus(tenant, RunId(uuid4()), (seen,), now), till.desk)

    _, error = sua("prices", "import", till.file("contoso_only,57,EUR,contract,2026-01-01,,"), "--tenant", tenant)

    assert error is None
    assert [fact.sku for fact in till.facts(tenant)] == [E5]


def test_nobody_elses_prices_can_be_set(till: Till) -> None:
    file = till.file("SPE_E3,36.00,EUR,contract,2026-01-01,,")

    _, error = sua("prices", "import", file, "--tenant", uuid4())

    assert isinstance(error, TenantUnknown)


def test_the_providers_prices_reach_customers_that_are_and_that_come(till: Till) -> None:
    old, gone = till.invited(), till.invited()
    sua("tenants", "offboard", gone, "--confirm", gone, "--history", "keep")
    file = till.file("SPE_E3,36.00,EUR,list,2026-01-01,,", "SPE_E3,34.00,EUR,reseller,2026-01-01,,")

    told, error = sua("prices", "import", file)
    new = till.invited()
    again, _ = sua("prices", "import", file)

    assert error is None
    assert (told["tenants"], told["facts"], told["new"]) == (1, 2, 2)
    assert (again["tenants"], again["facts"], again["new"]) == (2, 0, 0)
    assert sorted(till.amounts(old)) == sorted(till.amounts(new)) == [Decimal("34.00"), Decimal("36.00")]
    assert till.facts(gone) == []


def test_a_dry_run_of_the_providers_prices_keeps_none(till: Till) -> None:
    told, _ = sua("prices", "import", till.file("SPE_E3,36.00,EUR,list,2026-01-01,,"), "--dry-run")

    assert (told["new"], told["tenants"], told["facts"]) == (1, 0, 0)
    assert till.facts(till.invited()) == []


def test_a_contract_is_no_default(till: Till) -> None:
    told, error = sua("prices", "import", till.file("SPE_E3,36.00,EUR,contract,2026-01-01,,"))

    assert isinstance(error, PriceFileRefused)
    assert [(each["row"], each["code"]) for each in told["errors"]] == [(2, ContractNeedsTenant.code)]


def test_a_default_that_collides_with_one_customers_own_price_reaches_nobody(till: Till) -> None:
    first, second = till.invited(), till.invited()
    own = PriceLine(E3, PriceSource.LIST, "", Decimal(40), "EUR", Per.MONTH, Term.MONTHLY, date(2026, 6, 1))
    set_price(SetPrice(second, own, uuid4()), till.desk)

    told, error = sua("prices", "import", till.file("SPE_E3,36.00,EUR,list,2026-01-01,2026-07-01,"))

    assert isinstance(error, PriceFileRefused)
    assert [each["code"] for each in told["errors"]] == ["PRICE_PERIODS_OVERLAP"]
    assert str(second) in told["errors"][0]["message"]
    assert (till.facts(first), till.amounts(second)) == ([], [Decimal(40)])


def test_rates_reach_customers_that_are_and_that_come(till: Till) -> None:
    old = till.invited()
    on = datetime.now(UTC).date()
    file = till.file(f"EUR,USD,1.10,{on},ECB", f"EUR,CHF,0.95,{on},ECB", header="base,quote,rate,on,source")

    dry, _ = sua("rates", "import", file, "--dry-run")
    told, error = sua("rates", "import", file)
    new = till.invited()
    again, _ = sua("rates", "import", file, "--tenant", old)

    assert error is None
    assert (dry["facts"], told["facts"], again["facts"], again["unchanged"]) == (2, 2, 0, 2)
    for tenant in (old, new):
        rates = {(fact.base, fact.quote): fact.rate for fact in till.facts(tenant)}
        assert rates == {("EUR", "USD"): Decimal("1.10"), ("EUR", "CHF"): Decimal("0.95")}


def test_one_bad_rate_keeps_all_of_them_out(till: Till) -> None:
    tenant = till.invited()
    file = till.file("EUR,USD,0,2026-01-01,ECB", "EUR,CHF,0.95,2026-01-01,ECB", header="base,quote,rate,on,source")

    told, error = sua("rates", "import", file, "--tenant", tenant)

    assert isinstance(error, Refused)
    assert [(each["row"], each["code"]) for each in told["errors"]] == [(2, "RATE_REFUSED")]
    assert till.facts(tenant) == []


def test_the_list_says_what_counts_on_a_day(till: Till) -> None:
    tenant = till.invited()
    rows = ["SPE_E3,36.00,EUR,list,2026-01-01,,", "SPE_E3,30.00,EUR,contract,2026-03-01,,"]
    sua("prices", "import", till.file(*rows), "--tenant", tenant)
    assert advance(till.pool, till.desk.store, tenant).stopped == ()

    (before,), _ = sua("prices", "list", "--tenant", tenant, "--on", "2026-02-28")
    (after,), _ = sua("prices", "list", "--tenant", tenant, "--on", "2026-03-01")
    (never,), _ = sua("prices", "list", "--tenant", tenant, "--on", "2025-12-31")

    assert (before["part_number"], before["monthly"], before["source"]) == ("SPE_E3", "36.00", "LIST")
    assert (after["monthly"], after["currency"], after["source"]) == ("30.00", "EUR", "CONTRACT")
    assert (never["monthly"], never["source"]) == (None, None)


def test_ten_thousand_prices_go_in_at_once(till: Till) -> None:
    tenant = till.invited()
    file = till.file(*[f"SPE_E3,{nth}.00,EUR,contract,2026-01-01,,lot {nth}" for nth in range(10_000)])

    told, error = sua("prices", "import", file, "--tenant", tenant)

    assert error is None
    assert told["facts"] == 10_000
    assert len(till.facts(tenant)) == 10_000


def test_microsofts_list_with_a_bad_row_changes_nothing(till: Till) -> None:
    told, error = sua("skus", "import", till.file(f"Name,NEW,not a guid,X,{PLAN},X", header=SKUS))

    assert isinstance(error, SkuListRefused)
    assert [(each["row"], each["column"], each["code"]) for each in told["errors"]] == [(2, "GUID", "GUID_UNREADABLE")]
