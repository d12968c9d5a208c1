"""Invitations as the doors make them: founded once, mailed, sent again, taken back."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from uuid import uuid4

from psycopg import Connection
from pydantic import SecretStr

from app.commands.inviting import CustomerKnown, Invitation, Mailed, OpenLink
from app.commands.withdraw_invitation import WithdrawInvitation, withdraw_invitation
from app.domain.ids import TenantId
from app.domain.tenant import Tenant
from app.ingest import invitations, mail
from app.ingest.feeds import end_tenant
from app.ingest.workshop import Workshop

_LOCK = "sua invitations"
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class MailTerms:
    """`smtp_url` None: there is no mail server. `valid_for`: how long a link is."""

    valid_for: timedelta
    sender: str
    smtp_url: SecretStr | None


@dataclass(frozen=True, slots=True)
class Inviter:
    """What `Inviting` asks for, over ingestion's database. `names`: of the customers the read side knows."""

    shop: Workshop
    terms: MailTerms
    names: Callable[[Connection], Mapping[TenantId, str]]

    def invite(self, customer: str, email: str) -> Invitation:
        # One at a time: of two alike at once the second has to see the first. Those of this process wait without a
        # connection, for who goes first needs others of the same pool.
        with _ONE_AT_A_TIME, self.shop.database() as db, db.transaction():
            db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (_LOCK,))
            known = waiting(invitations.called(self.shop.desk, self.names(db), customer), email)
            if known is not None:
                return self._again(db, known)
            return invitations.invite(
                self.shop.desk, db, customer, email, public_url=self.shop.public_url, valid_for=self.terms.valid_for
            )

    def again(self, tenant: TenantId) -> Invitation:
        with self.shop.database() as db:
            return self._again(db, tenant)

    def withdraw(self, tenant: TenantId) -> int:
        with self.shop.database() as db, db.transaction():
            facts = withdraw_invitation(WithdrawInvitation(tenant, uuid4()), self.shop.desk)
            invitations.forget_links(db, tenant)
        end_tenant(self.shop, tenant)
        return facts

    def deliver(self, invitation: Invitation) -> Mailed:
        if self.terms.smtp_url is None:
            return Mailed.NO_SERVER
        message = mail.compose(invitation, self.terms.sender)
        asyncio.run(mail.send(message, self.terms.smtp_url.get_secret_value()))
        return Mailed.SENT

    def open_links(self) -> Mapping[TenantId, OpenLink]:
        with self.shop.database() as db:
            return invitations.open_links(db, self.shop.desk.now())

    def _again(self, db: Connection, tenant: TenantId) -> Invitation:
        return invitations.invite_again(
            self.shop.desk, db, tenant, public_url=self.shop.public_url, valid_for=self.terms.valid_for
        )


def waiting(namesakes: Mapping[TenantId, Tenant], email: str) -> TenantId | None:
    """Which of the customers of one name was invited at this address and never consented; None: there are no such
    customers. Raises CustomerKnown where only others have the name, or one of them ever consented.
    """
    invited = {tenant: known.contact for tenant, known in namesakes.items() if known.directory is None}
    found = [tenant for tenant, contact in invited.items() if contact is not None and contact.value == email]
    if namesakes and (not found or len(invited) < len(namesakes)):
        raise CustomerKnown
    return min(found, default=None)
