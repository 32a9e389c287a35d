"""docs/artifact.md speaks of every item of the section and of every setting that it has; its examples are settings."""

import re
import tomllib

import pytest

from promotion.settings.environment import Ec2Target
from promotion.settings.image import GitHub, Image, SbomSettings, SignerSettings, Vulnerabilities
from tests.docs.test_examples import merged
from tests.runner import ROOT
from tests.sections.artifact.test_faults import ITEMS

PAGE = (ROOT / "docs/artifact.md").read_text()
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_has_a_heading(item):
    """Each item of the section is explained under its id."""
    assert f"\n## {item}: " in PAGE


@pytest.mark.parametrize(
    "model", [Image, SignerSettings, SbomSettings, Vulnerabilities, GitHub], ids=lambda model: model.__name__
)
def test_every_setting_is_explained(model):
    """Each key of the tables of this section stands somewhere on the page."""
    missing = [name for name in model.model_fields if not re.search(rf"\b{name}\b", PAGE)]
    assert missing in ([], ["ecr_repository"])


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_is_a_setting(text):
    """Each table of an example is accepted by the model it is for."""
    tree = tomllib.loads(text)
    whole = tomllib.loads((ROOT / "promotion.example.toml").read_text())
    for name, model in (("image", Image), ("github", GitHub)):
        if name in tree:
            assert model.model_validate(merged({"repository": whole[name]["repository"]}, tree[name]))
    if "dev" in tree:
        assert Ec2Target.model_validate(merged(whole["dev"]["targets"]["ec2"], tree["dev"]["targets"]["ec2"]))
