"""A headless Chromium."""

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--virtual-time-budget=5000",
)
PROBE = """<!doctype html><meta charset="utf-8">
<iframe style="width:%dpx;height:900px;border:0" srcdoc="%s"></iframe><pre id="found"></pre>
<script>onload = () => {
  const page = document.querySelector("iframe").contentDocument, view = page.defaultView;
  const found = (() => { %s })();
  document.getElementById("found").textContent = encodeURIComponent(JSON.stringify(found));
}</script>"""


WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RULES = (*WCAG, "best-practice")
AXE = """<!doctype html><meta charset="utf-8">
<iframe style="width:%dpx;height:900px;border:0" srcdoc="%s"></iframe><pre id="found"></pre>
<script>onload = async () => {
  const view = document.querySelector("iframe").contentWindow;
  const all = await view.axe.run(view.document, {runOnly: %s, resultTypes: ["violations"]});
  const said = all.violations.map(v => `${v.id} (${v.impact}): ${v.nodes.length} x ${v.nodes[0].html.slice(0, 200)}`
    + ` ${v.nodes[0].any.map(a => a.message).join("; ")}`);
  const dark = view.matchMedia("(prefers-color-scheme: dark)").matches;
  document.getElementById("found").textContent = encodeURIComponent(
    JSON.stringify({violations: said, passes: all.passes.length, dark}));
}</script>"""


def axe_core() -> Path:
    """Find axe-core; skip, and say why, where it is not; fail there when PROMOTION_REQUIRE_TOOLS=1."""
    script = Path(os.environ.get("PROMOTION_TOOLS", "")) / "bin" / "axe.min.js"
    if not script.is_file():
        why = "axe-core is not here: run tests/tools/fetch_python_tools.py, and set PROMOTION_TOOLS to its folder"
        if os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return script


@dataclass(frozen=True)
class Browser:
    """Chromium, started afresh for each question."""

    program: str
    folder: Path

    def _run(self, page: str, *options: str) -> subprocess.CompletedProcess[str]:
        source = self.folder / "page.html"
        source.write_text(page, encoding="utf-8")
        profile = f"--user-data-dir={self.folder / 'profile'}"
        command = [self.program, *QUIET, profile, *options, source.as_uri()]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)

    def console(self, page: str) -> list[str]:
        """Open a page; what it wrote to the console."""
        return [line for line in self._run(page, "--dump-dom").stderr.splitlines() if "CONSOLE" in line]

    def probe(self, page: str, script: str, *, width: int) -> Any:
        """Open a page in a frame of this width; what a script says of `page` (its document) and `view` (its window)."""
        dumped = self._run(PROBE % (width, html.escape(page), script), "--dump-dom").stdout
        found = re.search(r'<pre id="found">([^<]+)</pre>', dumped)
        assert found, "the script did not come to its end"
        return json.loads(unquote(found[1]))

    def axe(self, page: str, *, width: int, dark: bool, rules: tuple[str, ...] = RULES) -> list[str]:
        """What axe-core finds on a copy of the page that lets it run.

        Every row stands open, so that nothing is left out. Each finding is the rule, the impact, and the first element.
        """
        allowed = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        allowed = allowed.replace("<details ", "<details open ").replace(" open open", " open")
        framed = allowed.replace("</head>", f"<script>{axe_core().read_text(encoding='utf-8')}</script></head>")
        frame = AXE % (width, html.escape(framed), json.dumps(rules))
        dumped = self._run(frame, "--dump-dom", *(["--blink-settings=preferredColorScheme=0"] if dark else [])).stdout
        found = re.search(r'<pre id="found">([^<]+)</pre>', dumped)
        assert found, "axe-core did not come to its end"
        result = json.loads(unquote(found[1]))
        assert result["passes"] > 20, "axe-core has looked at next to nothing"
        assert result["dark"] is dark
        return [str(one) for one in result["violations"]]

    def print(self, page: str) -> list[str]:
        """Print a page; the text of each sheet."""
        paper = self.folder / "page.pdf"
        self._run(page, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
        text = subprocess.run(["pdftotext", "-layout", paper, "-"], check=True, capture_output=True, text=True).stdout
        return text.split("\f")[:-1]


@pytest.fixture
def browser(tmp_path) -> Browser:
    """Skip, and say why, where there is no Chromium; fail there when PROMOTION_REQUIRE_TOOLS=1."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None or shutil.which("pdftotext") is None:
        why = "Chromium or pdftotext is not installed (Debian: chromium, poppler-utils): nobody looked at the page"
        if os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return Browser(program, tmp_path)
