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
