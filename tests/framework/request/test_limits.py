"""The limits themselves; what each does is tested where it is met."""

from dataclasses import FrozenInstanceError, fields

import pytest
from pyre.framework.limits import Limits


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_each(name: str) -> None:
    assert getattr(Limits(), name) > 0
    assert getattr(Limits(**{name: 0}), name) == 0
    with pytest.raises(ValueError, match=f"the limit {name} must not be negative"):
        Limits(**{name: -1})


def test_they_are_not_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Limits().body = 1  # type: ignore[misc]
