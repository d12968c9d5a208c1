"""What compiled reads come to, and what they are read with."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from app import telemetry
from app.auth.pseudonyms import Pseudonyms
from app.auth.viewer import Grants, Viewer
from app.clock import Clock
from app.domain.ids import DirectoryId, TenantId
from app.graphql.assessments import Assessments
from app.graphql.context import Asked
from app.graphql.limits import Limits
from app.graphql.paging import Cursors
from app.projections.heads import Head


class Found(msgspec.Struct, frozen=True):
    """An answer without errors."""

    data: bytes
    heads: Mapping[TenantId, Head]
    asked: Asked

    @property
    def touched(self) -> Collection[TenantId]:
        return self.asked.touched


@dataclass(frozen=True, slots=True)
class Terms:
    """What every request is answered by."""

    provider: DirectoryId | None
    grants: Grants
    clock: Clock
    limits: Limits
    cursors: Cursors
    pseudonyms: Pseudonyms

    def asked(self, viewer: Viewer, db: psycopg.AsyncConnection[Any], assessments: Assessments, now: datetime) -> Asked:
        return Asked(viewer, db, now, self.limits, self.cursors, self.pseudonyms, assessments)


def left(why: str) -> None:
    """A question is left to the general way, which may well answer it: what broke here would never be seen."""
    telemetry.count("graphql.compiled_left")
    telemetry.say("graphql.compiled_left", logging.WARNING, why=why)
