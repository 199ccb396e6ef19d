"""What one language gives the coach: its number words, its cues and the sentences examples are built from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.coach.cues import Cues

AS_WRITTEN = "cue"
"""What units are listed under that are shown as they were typed."""

ANYWHERE = "anywhere"
OPENING = "opening"
ALWAYS = "always"
MONEY = "money"
SURE = "sure"


class Role(StrEnum):
    """What a word next to a number says about it."""

    FROM = "from"
    TO = "to"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BY = "by"
    FOLD = "fold"
    """The number is a factor: "gấp 3"."""
    NOW = "now"
    AIM = "aim"
    WINDOW = "window"
    """A span of time that limits something else: "within 24 hours"."""
    LASTING = "lasting"
    """A span of time something goes on for: "for 90 days", "连续30天"."""
    SCOPE = "scope"
    """How many are looked at, not how far to go: "across all 5 shops"."""
    OUT_OF = "out_of"
    """The second number of "3 of every 10"."""
    SCALE = "scale"
    """The end of a rating scale: "(out of 5)"."""
    UP = "up"
    DOWN = "down"
    KEEP = "keep"
    REACH = "reach"
    OF = "of"
    PERIOD = "period"
    """How often: "từ mỗi tháng 3 đơn"."""
    FILLER = "filler"


class Skip(StrEnum):
    """Numbers that measure nothing."""

    DATE = "date"
    ORDINAL = "ordinal"
    MEASURED = "measured"
    """Words that look like the beginning of a name, but the number behind them counts: "per week 12"."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are spelled."""

    decimal_comma: bool
    digits: Cues
    """Listed under their value."""
    magnitudes: Cues
    """Listed under their value."""
    closes_at: int
    """From here on a magnitude closes a group of digits; smaller ones multiply inside it ("hundred", "千")."""
    glued_magnitudes: Cues
    """Single letters that only count right behind figures: "12k"."""
    lone: Cues
    """Magnitudes that may stand without a digit before them: "十", "mười"."""
    half: Cues
    """Listed as "share" ("half of") or "bare"; a bare half is a number only with a magnitude or as a whole answer."""
    and_a_half: Cues
    zero_between: Cues
    point: Cues
    shortens_tail: bool
    """ "两千三" and "hai nghìn ba" mean 2300."""
    never_alone: Cues
    """Number words that usually mean something else in a sentence: "one", "năm"."""
    never_first: Cues
    """Without accents these are more often other words at the start of a number: "tu", "sau"."""
    never_answer: Cues
    """No number when it is all somebody says: "không" is also "no"."""
    percent: Cues
    units: Cues
    """Listed under AS_WRITTEN or, for currencies, under the sign they are shown with."""
    minutes: Cues
    """Units of time, listed under their length in minutes."""
    multiples: Cues
    """Whole phrases that are a number by themselves, listed under value, unit ("-" for none) and what they say of it.

    "up" and "down" are changes ("double" is "2 x up"), "by" a change whose way the verb says ("by half"), "zero" is to be brought to zero,
    "none" to stay there ("no outages"), "share" is a share of a whole ("three quarters of").
    """
    ranks: Cues
    """What makes a number a rank: "before" it ("hạng", "第"), "behind" it ("th"), or a word listed under its own rank ("third")."""
    ratings: Cues
    """What "9/10" is followed by when it is a rating and no share."""
    single: Cues
    """Words that are one of something in front of a length of time: "a day"."""
    out_of: Cues
    share_links: Cues
    """Between the numbers of "one in four". "alone": also where nobody is named behind them, for then it cannot be a rating."""
    about_before: Cues
    about_after: Cues


@dataclass(frozen=True, slots=True)
class Roles:
    """How words around a number, and verbs, are understood."""

    before: Cues
    after: Cues
    verbs: Cues
    inner_verbs: Cues
    """Verbs after which the metric begins even in the middle of a sentence: "the new plan increases leads from …"."""
    skips: Cues
    date_leads: Cues
    date_tails: Cues
    trim_before: Cues
    """Words a metric never begins with."""
    trim_after: Cues
    """Words a metric never ends with."""
    compounds: Cues
    """Nouns that make the verb before them part of a name: "win rate"."""
    level: Cues
    """Metrics one holds rather than raises: uptime."""
    lower_is_better: Cues
    mended: Cues
    """What makes more of a bad thing good: "complaints resolved"."""
    means: Cues
    """What opens a clause about what one has at hand: "with a budget of"."""
    money: Cues
    """Metrics that are money: a large number without a unit is some of the country's."""
    each: Cues
    """What opens a clause about each of those counted before."""
    ratios: Cues
    """Metrics that are multiples themselves: "ROAS 3x" is a place to get to, not a threefold change."""
    collects: Cues
    """Verbs that mean collecting when a number follows, under MONEY those that need money for it: "raise $2M", "save 300 hours"."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Cues of the rules (see the table of writing anti-patterns in the OKR method)."""

    wish_links: Cues
    """What may stand between a wish and its subject: "our best for", "vì", "为了"."""
    wish: Cues
    """Listed as ANYWHERE, or as OPENING when the word is a wish only before any other verb: "hope to grow", not "give hope"."""
    vague: Cues
    task: Cues
    not_a_task: Cues
    """What follows a task word when it is part of a noun: "发布频率"."""
    doing: Cues
    """Verbs of no meaning of their own, in front of an activity: "make 200 calls"."""
    activities: Cues
    """What one does oneself rather than what comes of it: calls, posts, workshops."""
    recurring: Cues
    """Business as usual, in a key result without a number."""
    purpose: Cues
    ability: Cues
    milestone: Cues
    """Under SURE those that need no date: nobody gets into a ranking by working on it."""
    join: Cues
    vanity: Cues
    quality: Cues
    perfection: Cues
    objective_task: Cues
    """Under ALWAYS those that remain work however much is said about it."""
    aspiring: Cues
    """Verbs of work that make a direction in an objective: "build trust"."""
    objective_recurring: Cues
    objective_vague: Cues
    light: Cues
    """Words that add no subject to "make more sales"."""
    praise_words: Cues
    """Words that make even a task a direction: "world-class"."""
    negative: Cues
    theme: Cues
    other_verbs: Cues
    faster: Cues
    satisfied: Cues
    someone: Cues
    """Who can be satisfied, listed under how the metric names them."""


@dataclass(frozen=True, slots=True)
class Sets:
    """Cues of the look at all key results of an objective together."""

    lagging: Cues
    """Metrics that show only after weeks whether the work was good."""
    topics: Cues
    """What a sentence is about, listed under a name that is the same in every language."""


@dataclass(frozen=True, slots=True)
class Templates:
    """Examples; "__" is what the writer fills in. {metric}, {text}, {verb}, {who} are the writer's own words."""

    rise: str
    fall: str
    rise_verb: str
    fall_verb: str
    statement: str
    task: str
    currently: str
    purpose: str
    theme: str
    vanity: str
    duration: str
    satisfaction: str
    anyone: str
    anything_moves: str
    """What stands in the example for a task when nobody knows what it moves."""
    what_moves: Cues
    """What one works on, listed under what it usually moves, with its verb where the language has one there."""
    measurables: Cues
    """Words that make a phrase the name of something one can count or rate."""
    some_metric: str
    """The name of a metric anybody could mean, to try examples out with."""
    some_purpose: str
    """What something could be good for, to try examples out with."""
    own_verbs: Cues
    """The writer's verbs that fit in front of a metric with numbers; others are replaced by rise_verb or fall_verb."""
    measure_words_lead: bool
    """Whether qualities stand at the beginning of a metric ("chất lượng dịch vụ") or at its end ("product quality")."""
    measure_words: tuple[tuple[str, str], ...]
    """Qualities and how they are named when they are measured: "hài lòng" → "mức hài lòng"."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    lang: str
    currency: str
    """What money is counted in where nobody says it; "" where that differs from country to country."""
    spaced: bool
    """Words are separated by spaces."""
    long_words: int
    """More words (characters, if not spaced) than this do not fit in one breath."""
    short_words: int
    numbers: Numbers
    roles: Roles
    faults: Faults
    sets: Sets
    templates: Templates
