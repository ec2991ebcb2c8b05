"""Real agent files with broken YAML: the description gets its quotes, and all other bytes stay."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ctxstudio.errors import FrontmatterError
from ctxstudio.frontmatter import Document
from ctxstudio.storage import repairs
from tests.corpus.test_public_files import SOURCES, files


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_broken_description_is_repaired(source: Path) -> None:
    for path in files(source):
        data = path.read_bytes()
        try:
            document = Document.from_bytes(data)
        except FrontmatterError:
            continue
        found = repairs.repaired(document)
        after = found.document.to_bytes()
        assert (after == data) == (not document.block.faults())
        if after == data:
            continue
        (line,) = [line for line in data.splitlines() if line.startswith(b"description: ")]
        (new,) = [line for line in after.splitlines() if line.startswith(b"description: ")]
        said = line.partition(b": ")[2].decode()
        assert after == data.replace(line, new)
        assert yaml.safe_load(found.document.block.text)["description"] == said
        assert [(one.path, one.value) for one in found.mended] == [(("description",), said)]
        assert not found.document.block.faults()
