"""What a measurement says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its target. Ratios compare two ways measured side by side in the same run."""

    name: str
    value: float
    unit: str
    target: float
    ok: bool

    @classmethod
    def at_least(cls, name: str, value: float, unit: str, target: float) -> "Figure":
        return cls(name, value, unit, target, value >= target)

    @classmethod
    def at_most(cls, name: str, value: float, unit: str, target: float) -> "Figure":
        return cls(name, value, unit, target, value <= target)

    def __str__(self) -> str:
        """`name value unit target ok|short`, the name without spaces."""
        return f"{self.name} {self.value:.6g} {self.unit} {self.target:g} {'ok' if self.ok else 'short'}"
