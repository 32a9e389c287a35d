"""Names that docs have given to teams' own code are still there."""

import importlib

import pytest

from promotion.core.former_names import MODULES, NAMES


@pytest.mark.parametrize(("former", "new"), MODULES.items())
def test_a_former_module_gives_the_same_objects(former, new):
    """What is imported under its former name is what stands in the new place."""
    old, now = importlib.import_module(former), importlib.import_module(new)
    assert old.__doc__ == now.__doc__
    for name in vars(now):
        if not name.startswith("_"):
            assert getattr(old, name) is getattr(now, name)


@pytest.mark.parametrize(("module", "name", "new"), [(*former, new) for former, new in NAMES.items()])
def test_a_former_name_is_the_thing_of_today(module, name, new):
    """A name that has changed is given under both."""
    old = importlib.import_module(module)
    assert getattr(old, name) is getattr(importlib.import_module(MODULES[module]), new)


def test_what_teams_import():
    """The statements of earlier docs."""
    from promotion.leaks.patterns import load
    from promotion.metrics.chart import Chart
    from promotion.promotions.attesting import attested
    from promotion.report.shapes import Budget, Compared

    from promotion.evidence import evidence
    from promotion.items import item
    from promotion.unknown import Unknown

    assert all((evidence, item, load, Chart, attested, Budget, Compared, Unknown))


def test_no_other_name_is_made_up():
    """A module, or a name in one, that there never was is an error as ever."""
    for wrong in ("promotion.leaks.nothing", "promotion.metrics.query", "promotion.nothing"):
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(wrong)
    with pytest.raises(ImportError):
        from promotion.promotions.attesting import nothing  # noqa: F401
