"""The style of the page on a screen. Paper and the filters are in `paper`; the colours in `palette`."""

from typing import Final

from promotion.report.palette import DARK, LIGHT, variables
from promotion.report.print_css import FILTERS, paper
from promotion.report.style_people import END, NARROW, PARTS, STORY, WORDS

_CARRIER: Final = """
body>p,#title,#environment-header,#environment,.summary__data>h2,.run-count,.filter,.controls,.summary__reload,
.summary__spacer,#results-table{display:none}
html{background:var(--page)}
body{margin:0;min-width:0;color:var(--ink)}
"""
"""pytest-html's own parts are not seen beside the checklist."""

_BASE: Final = """
.promotion,.promotion *{box-sizing:border-box}
.promotion{max-width:1200px;margin:0 auto;padding:36px 32px 72px;color:var(--ink);background:var(--page);
font:15px/1.5 system-ui,"Segoe UI",Roboto,"Liberation Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
.promotion :is(h1,h2,h3,p,dl,dd,ul,figure,pre){margin:0;padding:0;color:inherit}
.promotion :is(h1,h2,h3,b){font-weight:650}
.promotion ul{list-style:none}
.promotion a{color:inherit;text-decoration-color:var(--quiet);text-underline-offset:3px;text-decoration-thickness:1px}
.promotion a:hover{text-decoration-thickness:2px}
.promotion :is(a,summary,input):focus-visible{outline:2px solid var(--word);outline-offset:2px;border-radius:4px}
.promotion :is(code,pre,time,small){font-size:.88em;
font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
.promotion i{font-style:normal;color:var(--quiet)}
.promotion .symbols{position:absolute}
.glyph-solid{fill:currentColor}
.glyph-mark{fill:none;stroke:var(--page);stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
.glyph-outline{fill:none;stroke:currentColor;stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
.promotion .glyph{flex:none;width:18px;height:18px}
.tone-good{color:var(--good)}.tone-bad{color:var(--bad)}.tone-unsure{color:var(--unsure)}.tone-wait{color:var(--wait)}
.tone-waived{color:var(--waived)}.tone-word{color:var(--word)}.tone-quiet{color:var(--quiet)}
.is-good{--tone:var(--good);--tint:var(--good-tint)}.is-bad{--tone:var(--bad);--tint:var(--bad-tint)}
.is-unsure{--tone:var(--unsure);--tint:var(--unsure-tint)}.is-wait{--tone:var(--wait);--tint:var(--wait-tint)}
.promotion .number{font-variant-numeric:tabular-nums}
.promotion .rest{color:var(--quiet);font-size:12.5px}
"""

_HEAD: Final = """
.promotion .over{color:var(--quiet);font-size:12px;letter-spacing:.07em;text-transform:uppercase}
.promotion h1{font-size:30px;line-height:1.2;letter-spacing:-.015em;font-weight:400;margin:2px 0 18px}
.promotion .warning{border:1.5px solid var(--bad);border-radius:8px;background:var(--bad-tint);padding:9px 16px;
margin:0 0 12px}
.promotion .warning b{color:var(--bad)}
.promotion .warning li{white-space:pre-wrap;font-size:13px;padding-top:4px}
.verdict{border:1px solid var(--tone);border-left-width:8px;border-radius:10px;overflow:hidden}
.verdict .stops{padding:14px 24px 16px}
.verdict .said{display:grid;grid-template-columns:auto minmax(0,1fr) auto;gap:14px 18px;align-items:center;
background:var(--tint);padding:20px 24px 16px}
.verdict .said>.glyph{width:46px;height:46px}
.promotion .verdict h2{font-size:25px;line-height:1.2;letter-spacing:-.01em;color:var(--tone)}
.verdict .said>code{border:1.5px solid var(--tone);color:var(--tone);border-radius:6px;padding:3px 10px;
font-weight:650;font-size:14px;white-space:nowrap}
.promotion .counts{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:6px 20px;font-size:13.5px}
.counts li{display:flex;gap:6px;align-items:center}
.counts b{font-variant-numeric:tabular-nums}
.stops{border-top:1px solid var(--line)}
.promotion .stops h3{font-size:12px;letter-spacing:.05em;text-transform:uppercase;color:var(--quiet)}
.stops li{display:grid;grid-template-columns:18px minmax(0,1fr);gap:10px;padding:7px 0 0}
.stops li>.glyph{margin-top:2px}
.stops li a{font-weight:600}
.stops .word{font-size:12.5px;font-weight:650;margin-left:10px}
.stops p{font-size:14px}
.promotion .facts{display:grid;grid-template-columns:repeat(12,minmax(0,1fr));gap:0 28px;margin:22px 0 0}
.facts div{grid-column:span 3;padding:7px 0;border-top:1px solid var(--line)}
.facts :is(.hash,.wide){grid-column:span 6}
.facts :not(.hash)+.hash{grid-column:1/span 6}
.facts .hash code{font-size:12px}
.facts .digest{grid-column:1/-1;border-top:0}
.facts .digest code{font-size:15px;font-weight:600;user-select:all}
.promotion dt{font-size:12px;color:var(--quiet)}
"""

_INDEX: Final = """
.checklist{margin-top:26px}
.promotion .index h2{font-size:12px;letter-spacing:.05em;text-transform:uppercase;color:var(--quiet);margin-bottom:4px}
.index{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:0 28px;align-items:start}
.index h2,.index .choices{grid-column:1/-1}
.index a{display:grid;grid-template-columns:18px minmax(0,1fr) auto;gap:2px 6px;padding:6px 0;font-size:13.5px;
text-decoration:none;border-top:1px solid var(--line)}
.index a:hover .title{text-decoration:underline}
.index a.quiet,.index .number,.index .tally{color:var(--quiet)}
.index .tally{font-size:12.5px;font-variant-numeric:tabular-nums}
.index .bar{grid-column:2/-1;width:100%}
.bar{display:block;height:6px;width:120px;border-radius:3px}
.fill-good{fill:var(--good)}.fill-bad{fill:var(--bad)}.fill-unsure{fill:var(--unsure)}.fill-wait{fill:var(--wait)}
.fill-waived{fill:var(--waived)}.fill-word{fill:var(--word)}.fill-quiet{fill:var(--quiet)}.fill-rest{fill:var(--line)}
.choices{display:flex;flex-wrap:wrap;gap:4px 20px;padding:10px 0;border-top:1px solid var(--line);font-size:13.5px}
.choices label{display:flex;gap:8px;align-items:center;cursor:pointer}
.choices input{accent-color:var(--word);width:15px;height:15px;margin:0}
.notice{display:none}
@media screen and (min-width:1080px){
.checklist{display:grid;grid-template-columns:228px minmax(0,1fr);gap:44px}
.index{display:block;position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;padding:24px 4px}
.choices{display:grid}
}
"""

_ITEMS: Final = """
.section{padding-top:26px}
.section>h2{display:flex;flex-wrap:wrap;align-items:center;gap:2px 10px;font-size:19px;letter-spacing:-.005em;
border-bottom:2px solid var(--ink);padding-bottom:7px}
.promotion .section>h2{padding-bottom:7px}
.section>h2 code{font-size:12px;font-weight:400;color:var(--quiet)}
.section>h2 .tally{display:flex;align-items:center;gap:10px;margin-left:auto;font-size:13px;font-weight:400;
color:var(--quiet);font-variant-numeric:tabular-nums}
.promotion .section .later{padding:6px 8px 4px;color:var(--quiet);font-size:13px}
.promotion .section h3{padding:9px 8px 3px;font-size:12px;letter-spacing:.05em;color:var(--quiet)}
.item{border-bottom:1px solid var(--line);border-left:4px solid transparent;scroll-margin-top:12px}
.row{display:grid;grid-template-columns:18px 34px minmax(0,1fr) minmax(0,auto) 112px 12px;gap:0 10px;line-height:22px;
padding:8px 8px 8px 6px;list-style:none}
summary.row{cursor:pointer}
.row::-webkit-details-marker{display:none}
summary.row::after{content:"";width:6px;height:6px;border:solid var(--quiet);border-width:0 1.6px 1.6px 0;
transform:rotate(45deg);justify-self:center;margin-top:6px;grid-row:1;grid-column:6}
details[open]>summary.row::after{transform:rotate(225deg);margin-top:10px}
summary.row:hover{background:var(--panel)}
.row .number,.row .measured,.row small{color:var(--quiet)}
.row .number{font-size:13.5px}
.promotion .row small{font-size:11.5px;display:inline-block}
.measured{font-size:13.5px;text-align:right;font-variant-numeric:tabular-nums;max-width:26em}
.word{font-size:13.5px;font-weight:650}
.row .word,.who .word{text-align:right;white-space:nowrap}
.row .title{grid-column:3;grid-row:1}
.row .word{grid-column:5;grid-row:1}
.row .title:has(+.measured.long){grid-column:3/5}
.row .measured.long{grid-column:3/-1;grid-row:2;text-align:left;max-width:none;line-height:20px}
.who .measured.long{grid-column:2/-1;grid-row:2;text-align:left;max-width:none}
.who .word{grid-column:4;grid-row:1}
.row .note{grid-column:3/-1;font-size:13px;line-height:20px;color:var(--quiet)}
.row>.glyph{margin-top:2px}
.item:is(.is-bad,.is-unsure,.is-wait){border-left-color:var(--tone)}
.item:is(.is-bad,.is-unsure,.is-wait)>.row{background:var(--tint)}
.item:is(.is-bad,.is-unsure) .row .title{font-weight:650}
.item:is(.is-bad,.is-unsure) .row small{font-weight:400}
.quiet .row .title,.quiet.row .title{color:var(--quiet)}
.quiet.row,.quiet .row{padding-top:5px;padding-bottom:5px}
.quiet .word,.quiet.row .word{font-weight:400}
.item:target>.row{outline:2px solid var(--word);outline-offset:-2px}
"""

_MORE: Final = """
.more{padding:4px 8px 16px 70px}
.promotion .rule{font-size:13.5px;color:var(--quiet);max-width:86ch;padding:4px 0}
.more>.rest{margin-top:10px}
.promotion .message{font-size:14.5px;max-width:76ch;padding:4px 0;white-space:pre-line}
.subject+.subject{border-top:1px dotted var(--line)}
.subject{padding:4px 0}
.who{display:grid;grid-template-columns:15px minmax(0,1fr) minmax(0,auto) 112px;gap:0 10px;align-items:center;
padding:2px 22px 2px 0;font-size:14px}
.who .glyph{width:15px;height:15px}
.who .name{font-weight:600}
.who .measured{color:var(--quiet)}
.subject>.message,.subject>.proof,.subject>.elsewhere{margin-left:25px}
.subject>.message:first-child,.subject>.message:first-child~*{margin-left:0}
.proof{margin:6px 0;border:1px solid var(--line);border-radius:8px;background:var(--panel);font-size:13.5px}
.proof>summary{display:flex;flex-wrap:wrap;gap:0 14px;padding:5px 12px;cursor:pointer;color:var(--quiet)}
.proof>summary code{color:var(--ink);font-weight:600}
.proof>summary::before{content:"";flex:none;align-self:center;width:5px;height:5px;border:solid var(--quiet);
border-width:0 1.5px 1.5px 0;transform:rotate(-45deg)}
.proof[open]>summary::before{transform:rotate(45deg)}
.proof .seen{margin-left:auto;font-variant-numeric:tabular-nums;font-size:12.5px}
.proof>:not(summary){padding:2px 12px 8px}
.promotion .unseen{padding:2px 12px 8px}
.unseen b{color:var(--unsure);font-weight:600}
.promotion .elsewhere{font-size:13.5px;padding:5px 0;color:var(--quiet)}
.value dl{display:grid;grid-template-columns:fit-content(17em) minmax(0,1fr);gap:2px 18px}
.promotion .value dt{font-size:inherit}
.value dd>dl,.value dd>ul:not(.inline){border-left:2px solid var(--line);padding-left:12px}
.value ul:not(.inline)>li+li{margin-top:5px}
.promotion .value .inline{display:flex;flex-wrap:wrap;gap:3px 6px}
.value .inline li{border:1px solid var(--line);border-radius:5px;padding:0 6px;background:var(--page)}
.value pre{white-space:pre-wrap;border:1px solid var(--line);border-radius:6px;background:var(--page);padding:5px 9px}
.promotion .value pre{padding:5px 9px}
.value :is(dd,li,td){white-space:pre-wrap;font-variant-numeric:tabular-nums}
.value table{border-collapse:collapse;font-size:13px}
.value :is(th,td){text-align:left;vertical-align:top;padding:2px 18px 2px 0;border-bottom:1px solid var(--line)}
.value th{font-weight:400;color:var(--quiet)}
.value tr:last-child>*{border-bottom:0}
.accepted{margin:6px 0;padding-left:12px;border-left:3px solid var(--waived);font-size:13.5px}
.promotion .calls{border-top:1px solid var(--line);padding-top:6px;font-size:12.5px;color:var(--quiet)}
.calls li{display:grid;grid-template-columns:minmax(0,1fr) auto auto;gap:0 16px}
.calls span{color:var(--ink)}
.promotion .chart{border:1px solid var(--line);border-radius:8px;padding:8px 10px 4px;max-width:380px}
.chart.is-over{border-color:var(--bad)}
.chart figcaption{font-size:12px;color:var(--quiet)}
.chart figcaption b{display:block;color:var(--ink)}
.chart svg{display:block;width:100%;height:auto}
.chart .grid{stroke:var(--line)}
.chart .limit{stroke:var(--bad);stroke-width:1.4;stroke-dasharray:5 3}
.chart .line{fill:none;stroke:var(--word);stroke-width:1.8;stroke-linejoin:round}
.chart .dot{fill:var(--word)}
.chart .line.is-baseline{stroke:var(--quiet);stroke-dasharray:4 3}
.chart :is(.even,.leads){fill:none;stroke:var(--quiet);stroke-dasharray:2 4}
.chart .leads{stroke:var(--word);stroke-dasharray:5 3}
.chart .moment{stroke:var(--quiet);stroke-dasharray:1 3}
.chart .breach{fill:var(--bad);opacity:.15}
.chart .tick{font-size:9.5px;fill:var(--quiet)}
"""

_NARROW: Final = """
@media screen and (max-width:900px){
.facts div{grid-column:span 6}
.facts :is(.hash,.wide,:not(.hash)+.hash){grid-column:1/-1}
}
@media screen and (max-width:680px){
.promotion{padding:20px 16px 48px;font-size:14.5px}
.promotion h1{font-size:24px}
.verdict .said{grid-template-columns:auto minmax(0,1fr);gap:12px}
.verdict .said>.glyph{width:34px;height:34px}
.promotion .verdict h2{font-size:20px}
.verdict .said>code{grid-column:2;justify-self:start}
.verdict :is(.said,.stops){padding:14px 14px 16px}
.stops .word{display:block;margin-left:0}
.facts :is(div,.hash,.wide,:not(.hash)+.hash){grid-column:1/-1}
.index{grid-template-columns:minmax(0,1fr)}
.section>h2 .tally{margin-left:0;width:100%}
.row{grid-template-columns:18px 30px minmax(0,1fr) auto 10px;gap:0 8px;padding-left:6px;padding-right:2px}
summary.row::after{grid-column:5}
.row .measured{grid-column:3/-1;grid-row:2;text-align:left}
.row :is(.title,.title:has(+.measured.long)){grid-column:3}
.row .word{grid-column:4}
.promotion .row small{display:block}
.more{padding-left:14px;padding-right:4px}
.who{grid-template-columns:15px minmax(0,1fr) auto;padding-right:0}
.who .measured{grid-column:2/-1;grid-row:2;text-align:left}
.who .word{grid-column:3}
.subject>:is(.message,.proof,.elsewhere){margin-left:0}
.value dl{grid-template-columns:minmax(0,1fr);gap:0}
.value dd{padding-bottom:4px}
.value :is(table,tbody,tr,td,th){display:block;border:0}
.value thead{display:none}
.value tr{border-bottom:1px solid var(--line);padding:3px 0}
.value th[scope=row]{color:var(--ink);font-weight:600}
.value td::before{content:attr(data-is) " ";color:var(--quiet)}
.calls li{grid-template-columns:minmax(0,1fr) auto;padding-bottom:4px}
.calls li code{grid-column:1/-1}
.blanks{grid-template-columns:minmax(0,1fr);grid-template-rows:none;grid-auto-rows:minmax(30px,auto)}
.sign-off{padding:16px}
}
"""


def stylesheet(digest: str) -> str:
    """All of the style, with the digest in the margin of every printed page."""
    colours = (
        f":root{{color-scheme:light dark;{variables(LIGHT)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}"
    )
    return "".join(
        (
            colours,
            _CARRIER,
            _BASE,
            _HEAD,
            _INDEX,
            _ITEMS,
            _MORE,
            PARTS,
            STORY,
            WORDS,
            END,
            _NARROW,
            NARROW,
            FILTERS,
            paper(digest),
        )
    )
