"""The page that pytest-html writes around the fragment, and what it lacks."""


def fix_pytest_html(html: str) -> str:
    """Say which language the page is in, which pytest-html's template does not (WCAG 2.2, 3.1.1); all else stays as it is."""
    return html.replace("<html>", '<html lang="en">', 1)
