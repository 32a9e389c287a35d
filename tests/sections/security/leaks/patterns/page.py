"""The table of kinds in docs/patterns.md: `python -m tests.sections.security.leaks.patterns.page` writes it anew."""

import tomllib
from pathlib import Path

from promotion.sections.security.leaks.patterns.rules import OWN

PAGE = Path(__file__).parents[5] / "docs/patterns.md"
BEGIN, END = (
    "<!-- kinds: written by `python -m tests.sections.security.leaks.patterns.page` -->\n",
    "<!-- end of kinds -->\n",
)


def table() -> str:
    """Give the kinds, area by area."""
    parts = []
    for path in sorted(OWN.glob("*.toml")):
        text = path.read_text()
        rules = tomllib.loads(text).get("rules", [])
        if rules:
            title = text.splitlines()[0].removeprefix("# ")
            rows = "".join(f"| `{rule['id']}` | {rule['description']} |\n" for rule in rules)
            parts.append(f"### {title}\n\n| kind | what it is |\n|---|---|\n{rows}")
    return "\n".join(parts)


def written(page: str) -> str:
    """Give the page with the table in its place."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
