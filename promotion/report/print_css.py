"""Paper, and what paper never heeds: the filters. A printed page hides no item, whatever was ticked on the screen."""

import re
from typing import Final

from promotion.report import style_people
from promotion.report.palette import PAPER, variables

FILTERS: Final = """
@media screen{
.promotion:has(#only-blocks:checked) :is(.item,.section,.index a.quiet):not(.blocks){display:none}
.promotion:has(#only-blocks:checked) :is(.section h3,.section .later,.section>.figures){display:none}
.promotion:has(#only-blocks:checked) .notice{display:block;color:var(--quiet);font-size:13px;padding-top:24px}
.promotion:has(#all-evidence:checked) details::details-content{content-visibility:visible;block-size:auto;display:block}
}
@supports not selector(::details-content){.needs-open{display:none}}
"""
"""A script-free filter out-ranks a rule for print, so it must not exist there at all."""

_PRINT: Final = """
.promotion{max-width:none;padding:0;font-size:9.6pt;line-height:1.4}
.promotion *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
.promotion h1{font-size:19pt;margin-bottom:10pt}
.choices,.promotion summary.row::after,.proof>summary::before{display:none}
.promotion a{text-decoration:none}
.verdict .stops{padding:7pt 14pt}
.verdict .said{padding:10pt 14pt}
.verdict .said>.glyph{width:30pt;height:30pt}
.promotion .verdict h2{font-size:16pt}
.promotion .facts{margin-top:10pt;gap:0 12pt}
.facts div{padding:4pt 0}
.facts .digest code{font-size:9.6pt}
.facts .hash code{font-size:6.3pt}
.promotion :is(.rest,.measured,.word,.message,.rule,.elsewhere,.stops p,.counts,.note,.row .number),
.proof,.value table,.who,.index a{font-size:8.8pt}
.promotion :is(dt,.calls,.seen,.section h3,.section .later){font-size:8pt}
.index{grid-template-columns:repeat(3,minmax(0,1fr));gap:0 16pt;break-inside:avoid}
.index a{padding:3pt 0}
.checklist{margin-top:14pt}
.section{padding-top:15pt}
.section>h2{font-size:12.5pt}
.row{grid-template-columns:12pt 22pt minmax(0,1fr) minmax(0,auto) 72pt;gap:0 7pt;padding:2.6pt 3pt;
line-height:13.5pt}
.who{grid-template-columns:12pt minmax(0,1fr) minmax(0,auto) 72pt;gap:0 7pt;padding-right:0}
.who .glyph{width:10pt;height:10pt}
.row .note{line-height:12pt}
.row>.glyph{margin-top:1pt}
.promotion .row small{font-size:7.4pt}
.glyph{width:11.5pt;height:11.5pt}
.more{padding:2pt 3pt 8pt 48pt}
.subject>:is(.message,.proof,.elsewhere){margin-left:19pt}
.promotion :is(h2,h3,summary,.who,.later){break-after:avoid}
.row,.who,.message,.stops li,.verdict .said,.value tr,.proof,.sign-off,.warning,.chart{break-inside:avoid}
.blanks{grid-template-columns:minmax(0,2fr) minmax(0,1fr) minmax(0,1.4fr);gap:0 20pt;margin-top:8pt;
grid-template-rows:minmax(28pt,auto) auto}
.sign-off{margin-top:20pt}
"""


def paper(digest: str) -> str:
    """A4, black on white whatever the screen's mode, digest and page number at the foot of every page."""
    foot = 'font:7.5pt ui-monospace,Consolas,"Liberation Mono",monospace;color:#444'
    page = (
        f"@page{{size:A4;margin:14mm 13mm 17mm;@bottom-left{{content:{css_string(digest)};{foot}}}"
        f'@bottom-right{{content:counter(page) " / " counter(pages);{foot}}}}}'
    )
    return f"{page}\n@media print{{:root{{color-scheme:light;{variables(PAPER)}}}{_PRINT}{style_people.PAPER}}}\n"


def css_string(text: str) -> str:
    """Write the text as a CSS string: all but letters, digits and `:.-` as codes (CSS Syntax Level 3, 4.3.7).

    So nothing in it can end the string, the rule or the element.
    """
    kept = text if len(text) <= 100 else f"{text[:100]}…"
    return '"' + re.sub(r"[^A-Za-z0-9:.-]", lambda match: f"\\{ord(match[0]):x} ", kept) + '"'
