"""Documents of every shape a client may write, over all that is compiled."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.graphql.world import ANNA, CONTOSO, DORA, E5, FABRIKAM

WHO = ("hr", "hr", "hr", "viewer", "owner", "operator", "auditor", "admin", "pretender")
"""Those who see one customer or more, a third of them with names."""
DAYS = ("2026-05-01", "2026-06-15", "2026-10-10", "2026-11-21", "2026-11-23")
INSTANTS = ("2026-05-31T00:00:00Z", "2026-07-02T12:00:00Z", "2026-11-21T03:30:00+01:00")
SINCE = {"2026-05-01": "2026-04-15", "2026-06-15": "2026-06-01", "2026-10-10": "2026-10-01"}
"""From when calls are asked for on a day; where none is named, from the beginning of November, which may be refused."""

TYPES = {"$t": "ID!", "$yes": "Boolean!", "$no": "Boolean!", "$c": "String", "$day": "Date", "$first": "Int"}

TENANT = (
    *("id", "name", "organisation", "domain", "state", "consentedPermissions", "__typename"),
    *("consent { state advice missingPermissions }", "capabilities { entraP1 reports }", "policy { idleDays }"),
)
VIEW = "id asOf position beforeFirstFact __typename knownAt"
USER = (
    "id userId name userPrincipalName kind kindSource kindConfidence enabled deleted department company costCentre"
    " country usageLocation createdAt __typename"
)
IDLE = "userId userName department verdict heldSince quietSince suspected __typename"
CALL = "id callId revision kind modalities startedAt endedAt seconds direction organiserId participantCount failed"
SKU = "id skuId partNumber appliesTo enabled warning consumed name class __typename"


@dataclass(frozen=True, slots=True)
class Document:
    text: str
    variables: dict[str, Any]
    who: str


@dataclass(slots=True)
class _Writing:
    """One document being written. `cursors`: told before, by either way of answering."""

    draw: Callable[..., Any]
    cursors: list[str]
    fragments: list[str] = field(default_factory=list)
    aliases: int = 0

    def one_of(self, *choices: str) -> str:
        return str(self.draw(st.sampled_from(choices)))

    def alias(self, text: str) -> str:
        """The field under a name of its own; `text` begins with the field's name."""
        self.aliases += 1
        return f"a{self.aliases}: {text}"

    def sometimes(self, text: str) -> str:
        return text if self.draw(st.booleans()) else ""

    def selection(self, type_: str, *fields: str) -> str:
        """Some of these fields, in some order, some twice, under aliases, in fragments or hanging on directives."""
        chosen = self.draw(st.lists(st.sampled_from(fields), min_size=1, max_size=5))
        return " ".join(self._placed(type_, each) for each in chosen)

    def _placed(self, type_: str, text: str) -> str:
        match self.draw(st.integers(0, 9)):
            case 0 if self.aliases < 20:
                return self.alias(text)
            case 1:
                return f"... on {type_} {{ {text} }}"
            case 2:
                self.fragments.append(f"fragment f{len(self.fragments)} on {type_} {{ {text} }}")
                return f"...f{len(self.fragments) - 1}"
            case 3:
                return self._directed(text)
            case _:
                return text

    def _directed(self, text: str) -> str:
        directive = self.one_of("@include(if: $yes)", "@skip(if: $no)", "@include(if: $no)", "@skip(if: true)")
        return f"__typename ... {directive} {{ {text} }}"

    def page(self, type_: str, node: str, arguments: str = "") -> str:
        """Arguments and selection of a list of pages."""
        given = [arguments] if arguments else []
        size = self.one_of("", "first: 1", "first: 3", "first: 50", "first: $first")
        given += [size] if size else []
        given += ["after: $c"] if self.cursors and self.draw(st.integers(0, 7)) == 7 else []
        parts = [
            f"nodes {{ {node} }}",
            f"edges {{ {self.selection(f'{type_}Edge', 'cursor', f'node {{ {node} }}', '__typename')} }}",
            "pageInfo { "
            + self.selection("PageInfo", "hasNextPage", "hasPreviousPage", "startCursor", "endCursor", "__typename")
            + " }",
            "__typename",
        ]
        chosen = self.draw(st.lists(st.sampled_from(parts), min_size=1, max_size=3, unique=True))
        return (f"({', '.join(given)})" if given else "") + f" {{ {' '.join(chosen)} }}"


def _user(writing: _Writing) -> str:
    held = f"holdings {{ viaGroup disabledPlans heldSince sku {{ {writing.selection('Sku', *SKU.split())} }} }}"
    nested = (held, "activity { state quietSince sources { source at } }")
    return writing.selection("User", *USER.split(), *(nested if writing.draw(st.booleans()) else ()))


def _table(writing: _Writing, since: str) -> str:
    match writing.draw(st.integers(0, 8)):
        case 0 | 1 | 2:
            chosen = writing.one_of("", 'department: "Sales"', 'department: "Nowhere"', "kind: PERSON", "enabled: true")
            chosen = chosen or writing.one_of("", 'country: "DE"', f'sku: "{E5}"', "activity: [QUIET, NEVER]")
            chosen = chosen or (writing.sometimes('search: "e"') and writing.sometimes('search: "e"'))
            order = writing.one_of("", "", "orderBy: NAME", "descending: true", "orderBy: DEPARTMENT, descending: true")
            given = ", ".join(each for each in (chosen and f"filter: {{{chosen}}}", order) if each)
            return "users" + writing.page("User", _user(writing), given)
        case 3:
            return f'user(id: "{writing.one_of(str(ANNA), str(DORA))}") {{ {_user(writing)} }}'
        case 4:
            below = (f"sku {{ {writing.selection('Sku', *SKU.split())} }}", f"user {{ {_user(writing)} }}")
            node = writing.selection("IdleLicence", *IDLE.split(), *below)
            chosen = writing.one_of("", f'sku: "{E5}"', "idleDays: 20")
            return "idleLicences" + writing.page("IdleLicence", node, chosen)
        case 5:
            return f"skus {{ {writing.selection('Sku', *SKU.split())} renewals {{ date seats }} purchaseDifference }}"
        case 6:
            sku = writing.selection("Sku", "id", "name")
            return f"licenceSummary {{ held idle neverUsed unverifiable sku {{ {sku} }} }}"
        case 7:
            by = writing.one_of("", "(groupBy: USER)", "(groupBy: DAY)", f'(since: "{since}", groupBy: DIRECTION)')
            by = writing.one_of(by, by, "(groupBy: KIND)", f'(since: "{since}", groupBy: WEEKDAY_HOUR)')
            return f"callUsage{by} {{ key name calls participantSeconds users failedCalls __typename }}"
        case _:
            node = writing.selection("Call", *CALL.split(), "participants { userId name kind joinedAt seconds failed }")
            chosen = writing.one_of("", f', user: "{ANNA}"', ', kind: "groupCall"')
            return "calls" + writing.page("Call", node, f'since: "{since}"{chosen}')


def _view(writing: _Writing) -> str:
    day = writing.one_of("", "$day", *DAYS)
    given = [
        day and f"asOf: {day if day == '$day' else json.dumps(day)}",
        writing.one_of("", "", *(f'knownAt: "{each}"' for each in INSTANTS)),
    ]
    said = ", ".join(each for each in given if each)
    tables = [
        writing.alias(_table(writing, SINCE.get(day, "2026-11-01"))) for _ in range(writing.draw(st.integers(1, 2)))
    ]
    own = writing.sometimes(writing.selection("TenantView", *VIEW.split()))
    return f"at{said and f'({said})'} {{ {own} {' '.join(tables)} }}"


def _spread(text: str, fragments: list[str]) -> list[str]:
    """The fragments that are used: what was written and then left out may have named others."""
    used: list[str] = []
    waiting = [text]
    while waiting:
        for number in re.findall(r"\.\.\.f(\d+)", waiting.pop()):
            used.append(fragments[int(number)])
            waiting.append(used[-1])
    return list(dict.fromkeys(used))


@st.composite
def documents(draw: Callable[..., Any], cursors: list[str]) -> Document:
    """A valid document, its variables, and who asks. Some of what it asks for is refused, or nobody's to see."""
    writing = _Writing(draw, cursors)
    below = f"{writing.sometimes(writing.selection('Tenant', *TENANT))} {writing.alias(_view(writing))}"
    second = writing.sometimes(writing.alias(_view(writing)))
    text = f"tenant(id: $t) {{ {below} {second} }} {writing.sometimes('__typename')}"
    spread = "\n".join(_spread(text, writing.fragments))
    used = sorted(set(re.findall(r"\$\w+", text + spread)))
    head = ", ".join(f"{name}: {TYPES[name]}" for name in used)
    values: dict[str, Any] = {
        "$t": str(draw(st.sampled_from([CONTOSO] * 9 + [FABRIKAM]))),
        "$yes": True,
        "$no": draw(st.sampled_from([False, False, True])),
        "$c": draw(st.sampled_from(cursors)) if cursors else None,
        "$day": draw(st.sampled_from([None, *DAYS])),
        "$first": draw(st.sampled_from([None, 2, 7])),
    }
    who = draw(st.sampled_from([*WHO, "neighbour"]))
    return Document(f"query({head}) {{ {text} }}\n{spread}", {name[1:]: values[name] for name in used}, who)
