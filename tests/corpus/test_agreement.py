"""Detection against the strategy: on our agents, and on files of others that the rules were not tuned on."""

from __future__ import annotations

import pytest

from ctxstudio.storage.shipped import Shipped
from tests.bench import agreement
from tests.bench.agreement import CORPUS, Sample

OURS = 0.95
OTHERS = 0.85


@pytest.fixture(scope="module")
def data() -> Shipped:
    return Shipped.load()


@pytest.fixture(scope="module")
def samples(data: Shipped) -> dict[str, Sample]:
    return {sample.title: sample for sample in agreement.samples(data)}


def test_our_agents(data: Shipped, samples: dict[str, Sample]) -> None:
    found = agreement.agreement(samples["ours"], data)
    assert found.n == 67
    assert found.share >= OURS


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the public collections are not beside the checkout")
@pytest.mark.parametrize(
    ("title", "n"),
    [
        ("others, same names, tuned with", 25),
        ("others, same names, held out", 13),
        ("others, other names, tuned with", 11),
        ("others, other names, held out", 5),
    ],
)
def test_agents_of_others(title: str, n: int, data: Shipped, samples: dict[str, Sample]) -> None:
    found = agreement.agreement(samples[title], data)
    assert found.n == n
    assert found.share >= OTHERS
