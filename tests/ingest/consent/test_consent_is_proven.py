"""From the invitation's link to ConsentGranted, and every way in which it does not get there."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from app.domain.events.tenancy import ConsentGranted
from app.domain.tenant import REQUIRED_PERMISSIONS
from app.ingest.feeds import carry_out
from app.ingest.schedule import COLLECTING, Due, Job
from tests.ingest.office import TODAY, Office

GONE = "This link is no longer valid"


def granted(office: Office, tenant: UUID) -> list[ConsentGranted]:
    return [fact for fact in office.facts(tenant, "tenant") if isinstance(fact, ConsentGranted)]  # type: ignore[arg-type]


def title(answer: httpx.Response) -> str:
    found = re.search(r"<h1>(.*)</h1>", answer.text)
    assert found is not None
    return found[1]


def callback(office: Office, **query: str) -> httpx.Response:
    return office.browser.get(f"{office.web}/consent/callback", params=query)


def state_of(office: Office, link: str) -> str:
    return httpx.URL(office.browser.get(link).headers["location"]).params["state"]


def test_a_proven_consent_is_recorded_and_reading_begins(office: Office) -> None:
    invitation = office.invite()

    answer = office.consent(invitation)

    company = office.world.companies[str(office.directory)]
    assert (answer.status_code, title(answer)) == (200, f"{company.name} is connected")
    assert granted(office, invitation.tenant) == [
        ConsentGranted(
            happened_at=TODAY,
            directory=office.directory,
            organisation=company.name,
            default_domain=company.domain,
            permissions=REQUIRED_PERMISSIONS,
        )
    ]
    assert office.rung == [Due(invitation.tenant, Job.SUBSCRIPTION), Due(invitation.tenant, Job.LICENCES)]
    assert office.rows("SELECT tenant_id, job, due_at FROM schedule ORDER BY job") == [
        (invitation.tenant, job, TODAY + timedelta(days=1) if job == "permissions" else TODAY)
        for job in sorted([*COLLECTING, "permissions"])
    ]


def test_the_link_leads_to_microsofts_consent_page(office: Office) -> None:
    answer = office.browser.get(office.invite().link)

    url = httpx.URL(answer.headers["location"])
    assert answer.status_code == 302
    assert str(url).startswith(f"{office.simulator}/organizations/v2.0/adminconsent?")
    assert sorted(url.params) == ["client_id", "redirect_uri", "scope", "state"]
    assert url.params["scope"] == "https://graph.microsoft.com/.default"
    assert url.params["redirect_uri"] == f"{office.web}/consent/callback"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", url.params["state"])
    assert re.fullmatch(
        r"sua_consent=[A-Za-z0-9_-]{43}; HttpOnly; Max-Age=900; Path=/consent; SameSite=lax",
        answer.headers["set-cookie"],
    )


def test_neither_state_nor_invitation_nor_cookie_is_stored_as_it_is(office: Office) -> None:
    invitation = office.invite()
    state = state_of(office, invitation.link)

    stored = str(office.rows("SELECT * FROM invitations")) + str(office.rows("SELECT * FROM consent_attempts"))

    for secret in (state, invitation.link.rpartition("/")[2], office.browser.cookies["sua_consent"]):
        assert secret not in stored
        assert secret.encode().hex() not in stored


def test_consenting_twice_is_consenting_once(office: Office) -> None:
    invitation = office.invite()
    office.consent(invitation)

    again = office.consent(invitation)

    assert again.status_code == 200
    assert len(granted(office, invitation.tenant)) == 1


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000])
def test_an_unknown_invitation_leads_nowhere(office: Office, token: str) -> None:
    answer = office.browser.get(f"{office.web}/consent/{token}")

    assert (answer.status_code, title(answer)) == (404, GONE)


def test_an_expired_invitation_leads_nowhere(office: Office) -> None:
    invitation = office.invite()
    office.clock.step_to(TODAY + timedelta(days=14))

    answer = office.browser.get(invitation.link)

    office.clock.step_to(TODAY)
    assert (answer.status_code, title(answer)) == (404, GONE)


def test_a_declined_consent_is_told_and_changes_nothing(office: Office) -> None:
    invitation = office.invite()

    answer = office.consent(invitation, auto="decline")

    assert (answer.status_code, title(answer)) == (200, "Consent was declined")
    assert "consent_required" in answer.text
    assert granted(office, invitation.tenant) == []


def test_an_error_goes_before_everything_and_shows_nothing_of_its_sender(office: Office) -> None:
    office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS
    invitation = office.invite()
    state = state_of(office, invitation.link)
    text = "<script>alert(1)</script> call +49 123"

    answer = callback(
        office,
        error=text,
        error_description=text,
        admin_consent="True",
        tenant=str(office.directory),
        state=state,
    )

    assert (answer.status_code, title(answer)) == (200, "Consent was declined")
    assert "script" not in answer.text
    assert "+49" not in answer.text
    assert granted(office, invitation.tenant) == []


def test_an_unknown_state_is_refused(office: Office) -> None:
    office.browser.get(office.invite().link)

    for state in ("forged", "s" * 43, "s" * 10_000, ""):
        answer = callback(office, state=state, tenant=str(office.directory), admin_consent="True")
        assert (answer.status_code, title(answer)) == (400, GONE)


def test_a_state_serves_once(office: Office) -> None:
    office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS
    state = state_of(office, office.invite().link)
    callback(office, state=state, tenant=str(office.directory), admin_consent="True")

    answer = callback(office, state=state, tenant=str(office.directory), admin_consent="True")

    assert (answer.status_code, title(answer)) == (400, GONE)


def test_a_state_serves_a_quarter_of_an_hour(office: Office) -> None:
    office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS
    invitation = office.invite()
    state = state_of(office, invitation.link)
    office.clock.step_to(TODAY + timedelta(minutes=15))

    answer = callback(office, state=state, tenant=str(office.directory), admin_consent="True")

    office.clock.step_to(TODAY)
    assert (answer.status_code, title(answer)) == (400, GONE)
    assert granted(office, invitation.tenant) == []


def test_a_state_serves_the_browser_that_began(office: Office) -> None:
    office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS
    state = state_of(office, office.invite().link)
    query = {"state": state, "tenant": str(office.directory), "admin_consent": "True"}

    with httpx.Client() as other:
        without = other.get(f"{office.web}/consent/callback", params=query)
        other.get(office.invite().link)
        with_its_own = other.get(f"{office.web}/consent/callback", params=query)
    own = callback(office, **query)

    assert [without.status_code, with_its_own.status_code, own.status_code] == [400, 400, 200]


def test_a_link_opened_in_two_tabs_may_come_back_from_either(office: Office) -> None:
    office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS
    invitation = office.invite()
    first = state_of(office, invitation.link)
    state_of(office, invitation.link)

    answer = callback(office, state=first, tenant=str(office.directory), admin_consent="True")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"tenant": "common"},
        {"tenant": "contoso.onmicrosoft.com"},
        {"tenant": ""},
        {"tenant": "{directory}/../x"},
        {"tenant": "{directory}", "admin_consent": "False"},
        {"tenant": "{directory}", "admin_consent": ""},
    ],
    ids=str,
)
def test_an_answer_without_one_directory_is_refused_and_the_state_kept(office: Office, query: dict[str, str]) -> None:
    office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS
    state = state_of(office, office.invite().link)
    odd = {name: value.replace("{directory}", str(office.directory)) for name, value in query.items()}

    answer = callback(office, **{"admin_consent": "True", "state": state, **odd})

    assert (answer.status_code, title(answer)) == (400, "Microsoft&#x27;s answer is not complete")
    right = callback(office, state=state, tenant=str(office.directory), admin_consent="True")
    assert right.status_code == 200


def test_a_directory_named_twice_is_refused(office: Office) -> None:
    state = state_of(office, office.invite().link)
    twice = f"tenant={office.directory}&tenant={office.directory}&admin_consent=True&state={state}"

    answer = office.browser.get(f"{office.web}/consent/callback?{twice}")

    assert answer.status_code == 400


@pytest.mark.parametrize("known", [True, False])
def test_a_directory_that_did_not_consent_is_not_believed(office: Office, known: bool) -> None:
    invitation = office.invite()
    claimed = str(office.directory) if known else str(uuid4())

    answer = callback(office, state=state_of(office, invitation.link), tenant=claimed, admin_consent="True")

    assert (answer.status_code, title(answer)) == (409, "Not confirmed yet")
    assert granted(office, invitation.tenant) == []
    assert office.rows("SELECT * FROM tenant_directory") == []
    assert office.rows("SELECT * FROM schedule") == []


def test_a_directory_of_another_customer_is_refused(office: Office) -> None:
    first, second = office.invite(), office.invite("Fabrikam")
    office.consent(first)

    answer = office.consent(second)

    assert (answer.status_code, title(answer)) == (409, "Already connected")
    assert granted(office, second.tenant) == []
    assert office.rows("SELECT tenant_id FROM tenant_directory") == [(first.tenant,)]
    assert office.rows("SELECT DISTINCT tenant_id FROM schedule") == [(first.tenant,)]


def test_a_second_directory_for_one_customer_is_refused(office: Office) -> None:
    invitation = office.invite()
    office.consent(invitation)

    answer = office.consent(invitation, as_tenant=list(office.world.companies)[1])

    assert (answer.status_code, title(answer)) == (409, "Already connected")
    assert office.rows("SELECT directory_id FROM tenant_directory") == [(office.directory,)]


def test_an_organisation_that_is_another_directory_is_refused(office: Office) -> None:
    other = {"kind": "mistype", "property": "id", "value": str(uuid4())}
    office.control("/_faults", path="v1.0/organization", times=None, **other)
    invitation = office.invite()

    answer = office.consent(invitation)

    assert (answer.status_code, title(answer)) == (409, "Already connected")
    assert granted(office, invitation.tenant) == []


def test_missing_permissions_are_named_and_looked_for_again(office: Office) -> None:
    invitation = office.invite()
    state = state_of(office, invitation.link)
    office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS[:3]

    answer = callback(office, state=state, tenant=str(office.directory), admin_consent="True")
    nothing_yet = granted(office, invitation.tenant)
    office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS
    carry_out(office.shop, Due(invitation.tenant, Job.CONSENT))

    assert (answer.status_code, title(answer)) == (200, "Some permissions are missing")
    assert re.findall(r"<p>(\w+\.Read\.All)</p>", answer.text) == ["Reports.Read.All", "User.Read.All"]
    assert nothing_yet == []
    assert len(granted(office, invitation.tenant)) == 1
    assert office.rows("SELECT job FROM schedule ORDER BY job") == [
        (job,) for job in sorted([*COLLECTING, "permissions"])
    ]


def test_permissions_that_stay_away_are_given_up_after_an_hour(office: Office) -> None:
    invitation = office.invite()
    state = state_of(office, invitation.link)
    office.world.consents[str(office.directory)] = REQUIRED_PERMISSIONS[:3]
    callback(office, state=state, tenant=str(office.directory), admin_consent="True")

    tries = 0
    while office.rows("SELECT 1 FROM schedule") and tries < 20:
        with office.shop.database() as db:
            db.execute("UPDATE schedule SET held_until = '-infinity'")
        carry_out(office.shop, Due(invitation.tenant, Job.CONSENT))
        tries += 1

    assert tries == 8
    assert granted(office, invitation.tenant) == []


def test_graph_being_away_asks_the_administrator_to_come_back(office: Office) -> None:
    office.control("/_faults", path="v1.0/organization", kind="server_error", times=None, retry_after=None)
    invitation = office.invite()

    answer = office.consent(invitation)

    assert (answer.status_code, title(answer)) == (503, "Please try again")
    assert granted(office, invitation.tenant) == []


def test_pages_carry_no_script_and_strict_headers(office: Office) -> None:
    answer = office.browser.get(f"{office.web}/consent/x")

    assert "<script" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"


def test_an_organisation_with_markup_in_its_name_is_escaped(office: Office) -> None:
    company = office.world.companies[str(office.directory)]
    name, company.name = company.name, "<b>Contoso</b> & Co"

    answer = office.consent(office.invite())

    company.name = name
    assert title(answer) == "&lt;b&gt;Contoso&lt;/b&gt; &amp; Co is connected"
