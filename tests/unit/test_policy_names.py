"""Finding agents by name or path; names may be shared."""

from __future__ import annotations

import pytest

from ctxstudio.errors import UnusableInputError
from ctxstudio.policy.names import Names


@pytest.fixture
def names() -> Names:
    names = Names()
    for id, name in {"a.md": "one", "b\\c.md": "back", "sub/b.md": "two", "two": "one's", "z/b.md": "two"}.items():
        names.put(id, name)
    return names


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("one", "a.md"),
        ("a.md", "a.md"),
        ("./a.md", "a.md"),
        ("sub/b.md", "sub/b.md"),
        (".\\sub\\b.md", "sub/b.md"),
        ("b\\c.md", "b\\c.md"),
        ("two", "two"),  # a path goes before a name
    ],
)
def test_paths_and_names_are_found(names: Names, text: str, id: str) -> None:
    assert names.find(text) == id


def test_a_shared_name_lists_its_files(names: Names) -> None:
    names.put("two", "three")
    names.put("two.md", "two")
    assert names.find("two") == "two"
    names.put("q.md", "shared")
    names.put("p.md", "shared")
    with pytest.raises(UnusableInputError, match=r"^2 files have the name 'shared': p\.md, q\.md$"):
        names.find("shared")


@pytest.mark.parametrize(
    ("text", "hint"), [("onee", "'one'"), ("sub/bb.md", "'sub/b.md'"), ("A.MD", ""), ("", ""), ("../a.md", "'a.md'")]
)
def test_what_is_not_there_is_said_with_what_is_near(names: Names, text: str, hint: str) -> None:
    with pytest.raises(UnusableInputError) as caught:
        names.find(text)
    message = f"there is no agent {text!r}"
    assert str(caught.value) == (f"{message}; did you mean {hint}?" if hint else message)


def test_a_renamed_agent_leaves_its_name(names: Names) -> None:
    names.put("z/b.md", "two")
    assert names.sharing("two") == ["sub/b.md", "z/b.md"]
    names.put("z/b.md", "one")
    assert (names.sharing("two"), names.sharing("one")) == (["sub/b.md"], ["a.md", "z/b.md"])
    names.put("sub/b.md", "three")
    assert list(names.sharing("two")) == []
