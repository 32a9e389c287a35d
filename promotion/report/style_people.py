"""The style of what people add and need to know: the story, the timeline, words and acts, the sign-off."""

from typing import Final

PARTS: Final = """
.promotion :is(.story,.timeline,.vouched,.acts){margin-top:26px}
.promotion :is(.story,.timeline,.vouched,.acts)>h2{font-size:16px;margin-bottom:8px}
.promotion ol{list-style:none;margin:0;padding:0}
.promotion .rehearsal{border-color:var(--wait);background:var(--wait-tint)}
.promotion .rehearsal b{color:var(--wait)}
.facts .under{display:block;font-size:12.5px;color:var(--quiet)}
.was{display:block;font-size:12.5px}
.measured.long .was{display:inline;margin-left:8px;padding-left:8px;border-left:1px solid var(--line)}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(250px,100%),1fr));gap:12px;padding:12px 0 4px}
.promotion .figures .chart{max-width:none}
.more>.figures{padding:6px 0 10px}
.figures .rest{grid-column:1/-1}
"""

STORY: Final = """
.story ol{display:flex;flex-wrap:wrap;gap:10px 30px}
.story li{display:grid;grid-template-columns:18px minmax(0,1fr);gap:2px 10px;border:1px solid var(--line);
border-radius:8px;padding:8px 14px 10px;font-size:13.5px;position:relative;max-width:22em;
align-content:start}
.story li>.glyph{margin-top:2px}
.story .here{border-color:var(--ink)}
.story li+li::before{content:"";position:absolute;left:-22px;top:22px;width:12px;border-top:1.6px solid var(--quiet)}
.story li+li::after{content:"";position:absolute;left:-16px;top:19px;width:6px;height:6px;transform:rotate(45deg);
border:solid var(--quiet);border-width:1.6px 1.6px 0 0}
.story .changes{font-size:12.5px}
.timeline ol{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr)}
.timeline li{border-top:2px solid var(--quiet);padding:0 14px 0 0;font-size:13.5px}
.timeline li.later{border-top:2px dashed var(--line)}
.timeline li>:is(.glyph,.begin){display:block;margin:-10px 0 4px;background:var(--page);border-radius:50%}
.timeline .begin{width:18px;height:18px;border:5px solid var(--ink)}
.timeline b,.timeline li span:not(.begin){display:block}
.timeline .at{font-variant-numeric:tabular-nums;color:var(--quiet);font-size:12.5px}
.timeline .bar{width:100%;max-width:120px;margin-top:4px}
"""

WORDS: Final = """
.promotion :is(.vouched,.acts) h3{font-size:12px;letter-spacing:.05em;text-transform:uppercase;color:var(--quiet);
padding-top:6px}
:is(.vouched,.acts) li{display:grid;grid-template-columns:18px minmax(0,1fr);gap:10px;padding:7px 0;
border-bottom:1px solid var(--line);font-size:14px}
:is(.vouched,.acts) li>.glyph{margin-top:2px}
:is(.vouched,.acts) li a:not(.web){font-weight:600}
:is(.vouched,.acts) .word{font-size:12.5px;font-weight:650;margin-left:10px}
.promotion :is(.who-said,.under){font-size:12.5px;color:var(--quiet)}
.vouched .under{display:block}
@media screen and (min-width:1000px){
.vouched{display:flex;flex-wrap:wrap;gap:0 28px;align-items:start}
.vouched>h2{flex:0 0 100%}
.vouched>div{flex:1 1 330px}
}
.promotion :is(.vouched,.acts) .message{font-size:13.5px;padding:2px 0 0}
"""

END: Final = """
.sign-off{border:1.5px solid var(--ink);border-radius:10px;padding:20px 24px 24px;margin-top:40px}
.promotion .sign-off h2{font-size:19px;margin-bottom:4px}
.blanks{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,1fr) minmax(0,1.4fr);gap:0 28px;margin-top:14px;
grid-template-rows:minmax(38px,auto) auto}
.blanks div{display:grid;grid-template-rows:subgrid;grid-row:span 2}
.blanks div>span{grid-row:2}
.blanks .filled{grid-row:1;align-self:end}
.blanks div>span{border-top:1px solid var(--ink);padding-top:4px;font-size:12px;color:var(--quiet)}
.blanks .filled{font-size:17px;line-height:1.3;padding-bottom:3px;color:var(--word)}
.blanks .digest .filled{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
.blanks .notes{grid-column:1/-1;grid-row:auto;margin-top:24px;
border:1px solid var(--line);border-radius:6px;min-height:110px;padding:6px 12px;
display:block}
.blanks .notes>span{border-top:0;padding-top:0}
.blanks .notes .filled{display:block;font-size:15px;font-weight:400;white-space:pre-wrap}
.promotion .sign-off>.rest{margin-top:14px}
.promotion footer{margin-top:20px;font-size:12.5px;color:var(--quiet)}
.promotion footer dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:2px 16px;margin-bottom:8px}
.promotion footer dt{font-size:inherit}
.promotion footer code{color:var(--ink)}
.promotion footer pre{white-space:pre-wrap;border:1px solid var(--line);border-radius:6px;background:var(--panel);
padding:6px 10px;margin-top:6px;font-size:11.5px;line-height:1.45}
.promotion footer pre code{font-size:inherit}
"""

NARROW: Final = """
@media screen and (max-width:680px){
.story li+li:is(::before,::after){display:none}
.story li+li::before,.story li+li::after{display:none}
.timeline ol{grid-auto-flow:row}
.timeline li,.timeline li.later{border-top:0;border-left:2px solid var(--line);padding:0 0 12px 16px;margin-left:8px;
display:flex;gap:10px}
.timeline li>:is(.glyph,.begin){margin:0 0 0 -26px}
:is(.vouched,.acts) .word{display:block;margin-left:0}
.promotion footer dl{grid-template-columns:minmax(0,1fr)}
}
"""

PAPER: Final = """
.promotion :is(.story,.timeline,.vouched,.acts){margin-top:13pt}
.promotion :is(.story,.timeline,.vouched,.acts)>h2{font-size:11.5pt;margin-bottom:4pt}
.promotion :is(.story li,.timeline li,.vouched li,.acts li,.vouched .message,.acts .message){font-size:8.8pt}
.promotion :is(.was,.under,.who-said,.vouched .word,.acts .word,.timeline .at,.changes){font-size:8pt}
.promotion :is(.story li,.timeline,.vouched li,.acts li,.facts>div,footer pre){break-inside:avoid}
.figures{grid-template-columns:repeat(3,minmax(0,1fr));gap:6pt}
.chart figcaption{font-size:7.4pt}
.promotion footer pre{font-size:6.6pt}
.blanks .filled{font-size:11pt}
"""
