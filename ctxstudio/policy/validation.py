"""Validation: what is wrong with one agent's frontmatter and policy, judged by who will run it.

Sources: FACTS A (what Claude Code accepts, ignores and refuses), E (models) and F (claude-ctx schema v2).
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from ctxstudio.errors import Severity
from ctxstudio.policy import dialects
from ctxstudio.policy.catalogue import Catalogue, ModelStatus
from ctxstudio.policy.fields import EFFORTS
from ctxstudio.policy.values import Dialect, Finding, Policy, Switch, Target

CATEGORIES: Final = (
    "core-development",
    "language-specialists",
    "infrastructure",
    "quality-security",
    "data-ai",
    "developer-experience",
    "specialized-domains",
    "business-product",
    "meta-orchestration",
    "research-analysis",
)
"""The categories of claude-ctx's schema v2."""


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    Attributes:
        severity: how much it weighs where nothing else is said.
        title: what it is, in a few words.
    """

    severity: Severity
    title: str


CODES: Final[Mapping[str, Code]] = {
    "missing-name": Code(Severity.ERROR, "The file gives no name"),
    "missing-description": Code(Severity.ERROR, "The file gives no description"),
    "duplicate-key": Code(Severity.WARNING, "A key stands more than once"),
    "name-not-allowed": Code(Severity.ERROR, "The name has a form that is refused"),
    "unknown-model": Code(Severity.WARNING, "The model is not in the catalogue"),
    "retired-model": Code(Severity.ERROR, "The model is retired"),
    "deprecated-model": Code(Severity.WARNING, "The model will be retired"),
    "model-default": Code(Severity.ERROR, "`default` is no model name"),
    "model-not-a-name": Code(Severity.WARNING, "The model is neither a name nor a mapping"),
    "mapping-ignored": Code(Severity.WARNING, "Claude Code ignores a mapping as model"),
    "tools-mapping": Code(Severity.ERROR, "Claude Code runs a mapping of tools with no tools"),
    "scalar-model-for-claude-ctx": Code(Severity.INFO, "claude-ctx expects the model as a mapping"),
    "invalid-effort": Code(Severity.WARNING, "The effort is none that is known"),
    "effort-not-supported": Code(Severity.INFO, "The model does not support the effort"),
    "fallback-repeats-preference": Code(Severity.WARNING, "A fallback is the preferred model"),
    "duplicate-fallback": Code(Severity.WARNING, "A fallback stands twice"),
    "escalation-not-stronger": Code(Severity.WARNING, "The escalation goes to no stronger model"),
    "fast-path-not-cheaper": Code(Severity.WARNING, "The fast path goes to no cheaper model"),
    "switch-without-target": Code(Severity.ERROR, "An escalation or fast path names no model"),
    "switch-without-trigger": Code(Severity.WARNING, "An escalation or fast path has no trigger"),
    "both-escalation-and-fast-path": Code(Severity.INFO, "The agent has an escalation and a fast path"),
    "missing-category": Code(Severity.WARNING, "Schema v2 wants a category"),
    "unknown-category": Code(Severity.WARNING, "The category is none of schema v2"),
    "missing-tier": Code(Severity.WARNING, "Schema v2 wants a tier"),
    "missing-preference": Code(Severity.WARNING, "Schema v2 wants a preferred model"),
    "missing-tools": Code(Severity.WARNING, "Schema v2 wants a catalogue of tools"),
}
"""Every code that `validate` can report. Codes are stable: scripts match them."""

_LONGEST_QUOTE = 60
_Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is judged, and by what."""

    values: Mapping[str, object]
    policy: Policy
    dialect: Dialect
    catalogue: Catalogue
    target: Target
    today: date
    unparsed: Collection[str]
    repeated: Mapping[str, int]

    def lacks(self, key: str) -> bool:
        """Whether the file has no text under a top-level key; an entry that does not parse is a fault of its own."""
        value = self.values.get(key)
        return key not in self.unparsed and not (isinstance(value, str) and value.strip())

    def place(self, *keys: str) -> _Path:
        """Path of a part of the policy in this dialect."""
        return ("model" if self.dialect is Dialect.MAPPING else "modelPolicy", *keys)

    @property
    def preference_place(self) -> _Path:
        return self.place("preference") if self.dialect is Dialect.MAPPING else ("model",)


def validate(
    values: Mapping[str, object],
    policy: Policy,
    dialect: Dialect,
    *,
    catalogue: Catalogue,
    target: Target,
    today: date,
    unparsed: Collection[str] = (),
    repeated: Mapping[str, int] = MappingProxyType({}),
) -> tuple[Finding, ...]:
    """Everything that is wrong with one agent, in a fixed order.

    Args:
        values: the parsed top-level frontmatter, without entries that do not parse.
        policy: the policy to judge: that of the file, or the current one with unsaved edits.
        dialect: how the file says its model.
        catalogue: the models.
        target: who will run the agent.
        today: the day by which models are retired or not.
        unparsed: top-level keys that are in the file and do not parse; they are not reported as missing.
        repeated: top-level keys that stand there more than once, and how often.
    """
    subject = _Subject(values, policy, dialect, catalogue, target, today, unparsed, repeated)
    checks = (_repeated, _identity, _form, _models, _effort, _fallbacks, _switches, _schema)
    return tuple(finding for check in checks for finding in check(subject))


def _repeated(subject: _Subject) -> Iterator[Finding]:
    for key, count in subject.repeated.items():
        yield _finding(
            "duplicate-key", f"the key `{key}` stands {count} times; this one, the last, counts", path=(key,)
        )


def _identity(subject: _Subject) -> Iterator[Finding]:
    skipped = "Claude Code skips such a file" if subject.target is Target.CLAUDE_CODE else "claude-ctx requires one"
    for key in ("name", "description"):
        if subject.lacks(key):
            path = (key,) if key in subject.values else ()
            yield _finding(f"missing-{key}", f"the file has no {key}: {skipped}", path=path)
    name = subject.values.get("name")
    if isinstance(name, str) and (":" in name or name.strip().startswith("-")):
        # claude-ctx runs such an agent, but its dependencies.map is separated by colons.
        severity = Severity.ERROR if subject.target is Target.CLAUDE_CODE else Severity.WARNING
        message = f"the name {_quoted(name)} {'has a colon' if ':' in name else 'begins with a hyphen'}"
        yield _finding("name-not-allowed", message, "use letters, digits and hyphens", ("name",), severity)


def _form(subject: _Subject) -> Iterator[Finding]:
    """The forms of `model` and `tools` as such."""
    claude_code = subject.target is Target.CLAUDE_CODE
    if subject.dialect is Dialect.OTHER:
        effect = "Claude Code ignores it and the agent inherits" if claude_code else "claude-ctx cannot read it"
        severity = Severity.WARNING if claude_code else Severity.ERROR
        message = f"`model` is neither a name nor a mapping: {effect}"
        yield _finding("model-not-a-name", message, path=("model",), severity=severity)
    if claude_code and subject.dialect is Dialect.MAPPING:
        message = "Claude Code ignores a mapping as `model`: the agent inherits the session's model"
        yield _finding("mapping-ignored", message, "export with --dialect claude-code", ("model",))
    if claude_code and isinstance(subject.values.get("tools"), Mapping):
        message = "Claude Code reads a mapping of `tools` as an empty list: the agent runs with no tools"
        yield _finding("tools-mapping", message, "export with --dialect claude-code", ("tools",))
    if not claude_code and subject.dialect is Dialect.SCALAR:
        message = "`model` is a name where claude-ctx expects a mapping with `preference`"
        yield _finding("scalar-model-for-claude-ctx", message, path=("model",))


def _models(subject: _Subject) -> Iterator[Finding]:
    policy = subject.policy
    if policy.preference is not None:
        yield from _model(subject, policy.preference, subject.preference_place, "preference")
    for fallback in dict.fromkeys(policy.fallbacks):
        yield from _model(subject, fallback, subject.place("fallbacks"), "fallbacks")
    for key, switch in _switch_parts(policy):
        if switch.to is not None:
            yield from _model(subject, switch.to, subject.place(key, "to"), f"{key}.to")


def _model(subject: _Subject, name: str, path: _Path, field: str) -> Iterator[Finding]:
    """One model name; what makes requests fail is an error in the preference only, which every call uses."""
    fatal = Severity.ERROR if field == "preference" else Severity.WARNING
    if subject.catalogue.invalid(name):
        message = f"{_quoted(name)} is sent as it stands, and the request fails"
        yield _finding("model-default", message, "use inherit, or no model at all", path, fatal, field)
    elif not subject.catalogue.knows(name):
        close = subject.catalogue.suggest(name)
        hint = f"did you mean {close}?" if close else ""
        message = f"the model {_quoted(name)} is not in the catalogue"
        yield _finding("unknown-model", message, hint, path, field=field)
    else:
        yield from _lifetime(subject, name, path, fatal, field)


def _lifetime(subject: _Subject, name: str, path: _Path, fatal: Severity, field: str) -> Iterator[Finding]:
    model = subject.catalogue.model(name)
    if model is None or model.retires is None:
        return
    hint = f"use {model.family}"
    if model.status_on(subject.today) is not ModelStatus.RETIRED:
        message = f"{_quoted(name)} will be retired on {model.retires}"
        yield _finding("deprecated-model", message, hint, path, field=field)
    elif model.becomes is not None and subject.target is Target.CLAUDE_CODE:
        message = f"{_quoted(name)} was retired on {model.retires}; Claude Code requests {model.becomes} instead"
        yield _finding("retired-model", message, hint, path, Severity.WARNING, field)
    else:
        message = f"{_quoted(name)} was retired on {model.retires}: requests fail"
        yield _finding("retired-model", message, hint, path, fatal, field)


def _effort(subject: _Subject) -> Iterator[Finding]:
    effort = subject.policy.effort
    if effort is None:
        return
    nested = "effort" not in subject.values and subject.dialect is Dialect.MAPPING
    path = ("model", "effort") if nested else ("effort",)
    number = effort.isascii() and effort.isdigit()
    preference = subject.policy.preference
    id = subject.catalogue.resolve(preference, subject.today) if preference is not None else None
    model = subject.catalogue.models.get(id) if id is not None else None
    if not number and effort.strip().lower() not in EFFORTS:
        hint = f"one of {', '.join(EFFORTS)}"
        yield _finding("invalid-effort", f"the effort {_quoted(effort)} is ignored", hint, path, field="effort")
    elif model is not None and not model.efforts:
        message = f"{model.title} knows no effort: it is not sent"
        yield _finding("effort-not-supported", message, path=path, field="effort")
    elif model is not None and not number and effort.strip().lower() not in model.efforts:
        message = f"{_quoted(effort)} is no effort of {model.title}"
        hint = f"it knows {', '.join(model.efforts)}"
        yield _finding("effort-not-supported", message, hint, path, field="effort")


def _fallbacks(subject: _Subject) -> Iterator[Finding]:
    """Fallbacks that add nothing, an alias and the id it stands for being the same model."""
    path = subject.place("fallbacks")
    preference = subject.policy.preference
    preferred = _same(subject, preference) if preference is not None else None
    seen: set[str] = set()
    for fallback in subject.policy.fallbacks:
        model = _same(subject, fallback)
        if model == preferred:
            message = f"the fallback {_quoted(fallback)} is the preferred model"
            yield _finding("fallback-repeats-preference", message, path=path, field="fallbacks")
        elif model in seen:
            message = f"the fallback {_quoted(fallback)} stands twice"
            yield _finding("duplicate-fallback", message, path=path, field="fallbacks")
        seen.add(model)


def _switches(subject: _Subject) -> Iterator[Finding]:
    rank = _rank(subject, subject.policy.preference)
    for key, switch in _switch_parts(subject.policy):
        words = key.replace("_", " ")
        path = subject.place(key)
        if switch.to is None or not switch.to.strip():
            yield _finding("switch-without-target", f"the {words} names no model", path=path, field=f"{key}.to")
        elif rank >= 0 and (other := _rank(subject, switch.to)) >= 0:
            stronger = key == "escalation"
            if (other <= rank) if stronger else (other >= rank):
                code = "escalation-not-stronger" if stronger else "fast-path-not-cheaper"
                message = f"the {words} goes to {_quoted(switch.to)}, no {'stronger' if stronger else 'cheaper'} model"
                yield _finding(code, message, path=(*path, "to"), field=f"{key}.to")
        if not any(text.strip() for text in switch.when):
            message = f"the {words} has no trigger: it never happens"
            yield _finding("switch-without-trigger", message, path=path, field=f"{key}.when")
    if subject.policy.escalation is not None and subject.policy.fast_path is not None:
        message = "the agent has an escalation and a fast path: it may run on three models"
        path = subject.place("fast_path")
        yield _finding("both-escalation-and-fast-path", message, path=path, field="fast_path.to")


def _schema(subject: _Subject) -> Iterator[Finding]:
    """What claude-ctx's schema v2 requires beyond name and description."""
    values = subject.values
    if subject.target is not Target.CLAUDE_CTX or not dialects.read(values).schema_v2:
        return
    category = values.get("category")
    if subject.lacks("category"):
        yield _finding("missing-category", "the file has no category", f"one of {', '.join(CATEGORIES)}")
    elif isinstance(category, str) and category.strip() not in CATEGORIES:
        close = difflib.get_close_matches(category[:_LONGEST_QUOTE], CATEGORIES, n=1)
        hint = f"did you mean {close[0]}?" if close else f"one of {', '.join(CATEGORIES)}"
        message = f"the category {_quoted(category)} is none of schema v2"
        yield _finding("unknown-category", message, hint, ("category",))
    if "tier" not in subject.unparsed and not _inner(values.get("tier"), "id"):
        yield _finding("missing-tier", "the file has no `tier.id`", "one of core, extended, specialist")
    absent = subject.policy.preference is None and subject.dialect is not Dialect.OTHER
    if absent and "model" not in subject.unparsed:
        yield _finding("missing-preference", "the file has no `model.preference`", field="preference")
    if "tools" not in subject.unparsed and not _inner(values.get("tools"), "catalog"):
        yield _finding("missing-tools", "the file has no `tools.catalog`")


def _switch_parts(policy: Policy) -> list[tuple[str, Switch]]:
    parts = (("escalation", policy.escalation), ("fast_path", policy.fast_path))
    return [(key, switch) for key, switch in parts if switch is not None]


def _inner(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None


def _same(subject: _Subject, name: str) -> str:
    """What two names of the same model have in common."""
    return subject.catalogue.resolve(name, subject.today) or name.strip()


def _rank(subject: _Subject, name: str | None) -> int:
    return subject.catalogue.strength(subject.catalogue.family(name))


def _quoted(text: str) -> str:
    return f"“{text[:_LONGEST_QUOTE]}{'…' if len(text) > _LONGEST_QUOTE else ''}”"


def _finding(
    code: str, message: str, hint: str = "", path: _Path = (), severity: Severity | None = None, field: str = ""
) -> Finding:
    return Finding(severity or CODES[code].severity, code, message, hint, path, field)
