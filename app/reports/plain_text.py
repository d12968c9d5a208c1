"""Text that a spreadsheet would take for a formula, and how it is kept from that.

Names, departments and notes come from customers' directories: whoever may rename themselves could otherwise run a
formula on the machine of whoever opens the file (CWE-1236).
"""

import re

_STARTERS = "=+\\-@＝＋－＠"
"""Begin a formula, also in their full width, which Excel of East Asia reads alike."""

_OVERLOOKED = r"[\s\x00-\x20\u00a0\u200b\u200e\u200f\u2060\ufeff\"'＇]*"
"""What stands before a formula and does not keep it from being one; quotes, because programs take them off."""

_FORMULA = re.compile(rf"\A(?:[\t\r\n]|{_OVERLOOKED}[{_STARTERS}])")
_AFTER_SEPARATOR = re.compile(rf"([;\t\r\n])(?={_OVERLOOKED}[{_STARTERS}])")
"""Where the list separator is a semicolon or a tab, a CSV file of commas falls apart at those inside a cell."""

QUOTE = "'"
"""In front of a cell it makes a spreadsheet take the rest as text."""


def is_formula(text: str) -> bool:
    """Whether some program would calculate this cell."""
    return _FORMULA.match(text) is not None


def defused(text: str) -> str:
    """The text for a CSV file: with a quote before each place where a formula could begin. Other text is unchanged."""
    told = _AFTER_SEPARATOR.sub(rf"\1{QUOTE}", text)
    return QUOTE + told if is_formula(text) else told
