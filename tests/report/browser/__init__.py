"""What only a browser can tell: it needs Chromium, and poppler's pdftotext."""
