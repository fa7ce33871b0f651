"""HTML that cannot run anything: the feedback page of one notebook."""

import html

from instructor.grading.gradebook import judgement_of
from rnn_helpers.check import WRITTEN
from rnn_helpers.check.report import as_html, points_text

MOST_SOURCE = 20_000  # characters of a source shown
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1a1a1a;background:#fff}
pre{background:#f4f4f4;padding:.6rem;overflow-x:auto;font-size:14px}table{border-collapse:collapse}
pre.typed,pre.tex{white-space:pre-wrap}.answer{border-left:4px solid #8884;padding-left:1rem}
h2 small{font-weight:normal;font-size:1rem}td,th{border-bottom:1px solid #ccc;
padding:2px 10px;text-align:left;vertical-align:top}h2{margin-top:2rem}figure{margin:1rem 0}
@media (prefers-color-scheme:dark){body{color:#eee;background:#16181c}pre{background:#24272e}a{color:#8ab4f8}}"""


def page(title, body):
    """A page in which no script, frame or outside address is allowed."""
    return ("<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
            "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'; "
            "img-src data:\">"
            "<meta name='viewport' content='width=device-width'>"
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>\n<body><h1>{html.escape(title)}</h1>\n{body}\n</body></html>\n")


def code(text):
    cut = text[:MOST_SOURCE] + ("\n... (cut)" if len(text) > MOST_SOURCE else "")
    return f"<pre><code>{html.escape(cut)}</code></pre>"


def comment(text):
    return f"<p style='white-space:pre-line'>Comment: {html.escape(text)}</p>" if text else ""


def feedback(result, read, counted=None):
    """The feedback page of one result.

    Parameters
    ----------
    result : of `by_hand`; read : as `Course.manual` gives; counted : of `Policies.counted`
    """
    title = f"{result['notebook']}: feedback for {result['name'] or result['student']}"
    if result["status"] != "graded":
        return page(title, f"<p>This notebook could not be graded: {html.escape(result['why'])}</p>"
                           "<p>It has no points yet, which is not the same as 0 points. Ask your instructor.</p>")
    earned = sum(e["points"] for e in result["exercises"].values())
    most = sum(e["maximum"] for e in result["exercises"].values())
    points = {name: f"{points_text(e['points'])} of {points_text(e['maximum'])}"
              for name, e in result["exercises"].items()}
    points |= {name: f"{'not read yet,' if score is None else points_text(score)} of {points_text(maximum)}"
               for name, (score, maximum, *_) in read.items() if name in WRITTEN}
    body = "".join(f"<tr><th scope='row'><a href='#{html.escape(name)}'>{html.escape(name)}</a></th><td>{got}</td></tr>"
                   for name, got in points.items())
    parts = [f"<p>Checks: {points_text(earned)} of {points_text(most)} points.</p><table><thead><tr><th scope='col'>"
             f"exercise</th><th scope='col'>points</th></tr></thead><tbody>{body}</tbody></table>"]

    def head(name):
        words = f" <small>{points[name]} points</small>" if name in points else ""
        return f"<h2 id='{html.escape(name)}'>{html.escape(name)}{words}</h2>"

    if counted and counted.why:
        parts.append(f"<p>Counts {points_text(counted.points)} of {points_text(counted.maximum)} points: "
                     f"{html.escape('; '.join(counted.why))}</p>")
    if result["notes"]:
        parts.append("<p>Noticed: " + html.escape("; ".join(result["notes"])) + "</p>")
    for name, judgement in result["exercises"].items():
        source, found = result["sources"].get(name, ""), judgement.get("checked", judgement["points"])
        said = f"<p>{points_text(judgement['points'])} points, given by hand.</p>" * (judgement["points"] != found)
        said += comment(read[name][2]) if name in read else ""
        said += code(source) if source else ""
        parts.append(f"{head(name)}{as_html(judgement_of({**judgement, 'points': found}))}{said}")
    for name, answer in result["answers"].items():
        if name in WRITTEN:
            said = comment(read[name][2]) if name in read else ""
            laid = result.get("laid", {}).get(name) or code(answer)
            parts.append(f"{head(name)}<div class='answer'>{laid}</div>{said}")
    return page(title, "\n".join(parts))
