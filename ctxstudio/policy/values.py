"""The values of a model policy: what a file says about who runs the agent, and what the program thinks of it.

All values are frozen and hashable, so that "changed" is a comparison and nobody keeps a flag.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from ctxstudio.errors import Issue, Severity


class Dialect(enum.StrEnum):
    """How a file says its model (DESIGN 4). Never converted silently."""

    MAPPING = "mapping"
    """`model:` is a mapping with `preference` and more (claude-ctx schema v2)."""
    SCALAR = "scalar"
    """`model:` is one name (Claude Code)."""
    ABSENT = "absent"
    """There is no `model` key: the agent inherits."""
    OTHER = "other"
    """`model:` is null, a number, a list: a problem, editable only after it was cleared."""


class State(enum.StrEnum):
    """How a file was read."""

    OK = "ok"
    DEGRADED = "degraded"
    """Some of its frontmatter is broken; see the problems. The policy may still be editable."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of model on triggers: escalation (to the stronger one) or fast path (to the cheaper one).

    Attributes:
        to: the other model as the file writes it; None if the file does not say.
        when: texts of the triggers, in order.
    """

    to: str | None = None
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What a file says about the model that runs the agent. Strings are exactly the file's.

    Attributes:
        preference: model name; None if the file has none (the agent inherits).
        fallbacks: model names in order.
        escalation: switch to the stronger model, None if there is none.
        fast_path: switch to the cheaper model, None if there is none.
        reasoning: why, None if the file does not say.
        effort: low, medium, high, xhigh, max or a number, as text; None if the file does not say.
    """

    preference: str | None = None
    fallbacks: tuple[str, ...] = ()
    escalation: Switch | None = None
    fast_path: Switch | None = None
    reasoning: str | None = None
    effort: str | None = None

    @property
    def context_dependent(self) -> bool:
        """Whether the agent may run on more than one model by policy."""
        return self.escalation is not None or self.fast_path is not None


class Target(enum.StrEnum):
    """Who will run the agents: what validation judges against."""

    CLAUDE_CODE = "claude-code"
    CLAUDE_CTX = "claude-ctx"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of validation, before the workspace gives it a file and a line.

    Attributes:
        severity, code, message, hint, field: as in `errors.Issue`.
        path: path of keys in the frontmatter that it is about; empty if about the whole file.
    """

    severity: Severity
    code: str
    message: str
    hint: str = ""
    path: tuple[str, ...] = ()
    field: str = ""


class TraitSource(enum.StrEnum):
    """Who decided that a characteristic is on or off."""

    AUTO = "auto"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Trait:
    """One characteristic (row of the decision matrix) of one agent.

    Attributes:
        id: row id of the matrix, such as `well_defined_spec`.
        on: whether the agent has it.
        source: detected, or set by the user.
        words: the words of the agent's text that decided, as they stand there; empty if set by the user.
    """

    id: str
    on: bool
    source: TraitSource = TraitSource.AUTO
    words: tuple[str, ...] = ()


class Verdict(enum.StrEnum):
    """What the matrix thinks of the assigned model, from that model's own score."""

    STRONG = "strong"
    MODERATE = "moderate"
    CONSIDER_ALTERNATIVE = "consider_alternative"
    NO_COLUMN = "no_column"
    NOT_SCORED = "not_scored"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the strategy would choose.

    Attributes:
        preference: family name of the model.
        escalation: proposed escalation, or None.
        fast_path: proposed fast path, or None.
        strength: `strong`, `moderate` or `weak`, from the margin.
        margin: difference of the two scores.
        reason: one sentence naming the rows and the words that decided.
    """

    preference: str
    escalation: Switch | None
    fast_path: Switch | None
    strength: str
    margin: float
    reason: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the matrix says about one agent under one policy.

    Attributes:
        traits: all rows of the matrix in its order.
        scores: family name -> plain sum of the weights of the rows that are on; empty if nothing is on.
        verdict: on the assigned model.
        recommendation: None if not scored.
    """

    traits: tuple[Trait, ...]
    scores: Mapping[str, float]
    verdict: Verdict
    recommendation: Recommendation | None


@dataclass(frozen=True, slots=True)
class AgentText:
    """What an agent file says about the agent's work: the input of trait detection.

    Attributes:
        name, description, category, tags, tools: from the frontmatter, empty if absent.
        opening: the first lines of the prompt.
    """

    name: str
    description: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    opening: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """One row of the fleet: one agent file with its saved and its current policy side by side.

    Attributes:
        id: path relative to the opened directory in POSIX form: the identity.
        name: from the frontmatter, or the file's stem.
        category: from the frontmatter, empty if the file does not say.
        dialect: how the file says its model.
        saved: policy on disk as last read or written.
        policy: current policy, with unsaved edits.
        state: how the file was read.
        problems: findings about this agent.
        assessment: None until it was scored in the background.
    """

    id: str
    name: str
    category: str
    dialect: Dialect
    saved: Policy
    policy: Policy
    state: State = State.OK
    problems: tuple[Issue, ...] = ()
    assessment: Assessment | None = field(default=None, compare=False)

    @property
    def changed(self) -> bool:
        """Whether there are unsaved edits: a comparison, never a flag."""
        return self.policy != self.saved

    @property
    def has_errors(self) -> bool:
        """Whether one of the problems is an error."""
        return any(issue.severity is Severity.ERROR for issue in self.problems)
