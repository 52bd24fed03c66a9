"""The facts of the overview: what stands where, in words, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.queries.definitions import Meaning
from webapp.queries.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """One figure. `marks` say what it leaves out, `moving` why it may still change; `amount` None: not known, which is
    not zero. `sign` is what is done with it on the way to profit."""

    key: str
    label: str
    sign: str
    amount: str | None
    before: str | None
    change: str | None
    marks: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    platform: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BarFacts:
    """One day, week or month of the chart. `state`: whole, changing or lacking."""

    name: str
    x: float
    y: float
    width: float
    height: float
    state: str
    is_loss: bool
    says: str
    cells: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOf:
    """What the figures of one account leave out, and why they may still change."""

    marks: tuple[str, ...]
    moving: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFacts:
    """`says_something`: whether any day earned or lost anything."""

    bars: tuple[BarFacts, ...]
    zero: float
    top: str
    bottom: str | None
    first: str
    last: str
    step: str
    summary: str
    says_something: bool

    @property
    def is_drawn(self) -> bool:
        """One bar compares with nothing, and a row of empty ones says nothing."""
        return self.says_something and len(self.bars) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformLine:
    slug: str
    name: str
    mark: str | None
    spend: str | None
    share: str | None
    claimed: str | None
    roas: str | None
    clicks: str
    marks: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductLine:
    """`home` is the integration of its store; None where that is gone, or it is no product. `mark` is about what it
    cost, `marks` and `moving` about every figure of it."""

    variant_id: str
    home: str | None
    title: str
    units: str
    sales: str
    goods: str | None
    left: str | None
    mark: str | None
    marks: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewFacts:
    """`profit` is a range in words where something is left out. `notes` are about all of the page, `not_entered` names
    what is not taken off because nobody said what it is."""

    period: Period
    currency: str
    digest: str
    problem: str | None
    profit: str
    profit_words: str
    is_loss: bool
    lines: tuple[LineFacts, ...]
    ratios: tuple[LineFacts, ...]
    chart: ChartFacts
    platforms: tuple[PlatformLine, ...]
    products: tuple[ProductLine, ...]
    more_products: int
    gaps: tuple[str, ...]
    notes: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    status: tuple[str, str]
    compared_with: str
    not_entered: tuple[str, ...]
    may_stand_in: bool
