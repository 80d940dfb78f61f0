//! One HTML page that needs nothing else: figures, topology, findings. It prints well.

use std::collections::BTreeMap;
use std::fmt::Write;

use bogosa_reach::Endpoint;

use super::super::{Audit, OTHERS, Outcome, Severity, State};
use super::{Meta, counts, escape};

const STYLE: &str = "
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1b1f24}
h1{margin:0 0 .2rem}h2{margin-top:2rem}.faint{color:#59636e}
.figures{display:flex;gap:1rem;flex-wrap:wrap;margin:1rem 0}.figures div{border:1px solid #d1d9e0;border-radius:8px;padding:.6rem 1rem;min-width:6rem}
.figures b{display:block;font-size:1.6rem}
article{border:1px solid #d1d9e0;border-left-width:6px;border-radius:6px;padding:.6rem 1rem;margin:.8rem 0;break-inside:avoid}
.critical{--tone:#82071e}.high{--tone:#cf222e}.medium{--tone:#9a6700}.low{--tone:#0969da}article{border-left-color:var(--tone)}
.figures b,.severity{color:var(--tone)}.severity{font-weight:600}ul{margin:.3rem 0;padding-left:1.2rem}
pre{background:#f6f8fa;padding:.6rem;border-radius:6px;overflow:auto}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d1d9e0;vertical-align:top}code{font-size:.9em}
svg{max-width:100%;height:auto}";

pub(super) fn render(audit: &Audit, meta: &Meta) -> String {
    let mut page = String::new();
    let stack = escape(&audit.stack);
    let account = meta.account.as_ref().map(|account| format!("account {account}, ")).unwrap_or_default();
    let place = format!("{account}{}", meta.region);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Audit of {stack}</title><style>{STYLE}</style></head><body>\n<h1>Audit of {stack}</h1>\n\
         <p class=\"faint\">{} · {} · {} · bogosa {}</p>\n<p>{}.</p>\n",
        match audit.of {
            "live" => "What AWS holds",
            OTHERS => "What bogosa did not make",
            _ => "What the stack file plans",
        },
        escape(&place),
        escape(&meta.when),
        env!("CARGO_PKG_VERSION"),
        escape(&counts(audit)),
    );
    page.push_str("<div class=\"figures\">");
    for severity in [Severity::Critical, Severity::High, Severity::Medium, Severity::Low] {
        let count = audit.failures().iter().filter(|one| one.check.severity == severity).count();
        let _ = write!(page, "<div class=\"{severity}\"><b>{count}</b>{severity}</div>");
    }
    page.push_str("</div>\n");
    if !audit.pairs.is_empty() {
        let _ = writeln!(page, "<h2>Who reaches whom</h2>\n{}", topology(audit));
        page.push_str("<table><tr><th>From</th><th>To</th><th>What</th></tr>\n");
        for pair in &audit.pairs {
            let reached: Vec<String> = pair.reached.iter().map(ToString::to_string).collect();
            let cells = [name(&pair.from), name(&pair.to), reached.join(", ")].map(|cell| escape(&cell));
            let _ = writeln!(page, "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", cells[0], cells[1], cells[2]);
        }
        page.push_str("</table>\n");
    }
    page.push_str("<h2>What fails</h2>\n");
    let failures = audit.failures();
    page.push_str(match failures.is_empty() {
        true => "<p>Nothing.</p>\n",
        false => "<p class=\"faint\">Each heading says what is to hold, and below it where it does not.</p>\n",
    });
    // The same check with the same mend is told once, however many resources fail it.
    let alike = |one: &&Outcome, other: &&Outcome| one.check.id == other.check.id && one.mend() == other.mend();
    failures.chunk_by(alike).for_each(|some| article(&mut page, some));
    rest(&mut page, audit);
    for note in &audit.notes {
        let _ = writeln!(page, "<p class=\"faint\">{}</p>", escape(note));
    }
    page.push_str("</body></html>");
    page
}

fn article(page: &mut String, some: &[&Outcome]) {
    let Some(first) = some.first() else { return };
    let (check, mend) = (first.check, escape(first.mend().trim_end()));
    let _ = writeln!(
        page,
        "<article class=\"{severity}\"><strong>{} · {}</strong> <span class=\"severity\">{severity}</span>\n<ul>",
        check.id,
        escape(check.title),
        severity = check.severity,
    );
    for one in some {
        let known = if one.known { " (known)" } else { "" };
        let [place, resource, message] =
            [one.place.to_string(), one.resource.to_string(), one.message.clone()].map(|text| escape(&text));
        let _ = writeln!(page, "<li><code>{place}</code> {resource}: {message}{known}</li>");
    }
    let how = match first.is_mended_by_file() {
        true => format!("<p>In the stack file:</p>\n<pre>{mend}</pre>"),
        false => format!("<p>{mend}</p>"),
    };
    let refs = escape(&check.refs.join(" · "));
    let _ = writeln!(page, "</ul>\n<p>{}</p>\n{how}\n<div class=\"faint\">{refs}</div></article>", escape(check.why));
}

/// An end as people call it.
fn name(end: &Endpoint) -> String {
    match end {
        Endpoint::Node(id) => match id.as_str() {
            "lb" => "load balancer (lb)".to_owned(),
            "was" => "application (was)".to_owned(),
            "db" => "database (db)".to_owned(),
            _ => id.clone(),
        },
        end => end.to_string(),
    }
}

fn rest(page: &mut String, audit: &Audit) {
    let others: Vec<&Outcome> = audit
        .outcomes
        .iter()
        .filter(|one| matches!(one.state, State::Error | State::Unknown | State::Suppressed))
        .collect();
    if others.is_empty() {
        return;
    }
    page.push_str("<h2>Not decided, or accepted</h2>\n<table><tr><th>State</th><th>Check</th><th>Resource</th><th>Why</th></tr>\n");
    for one in others {
        let why = match &one.suppression {
            Some(by) => format!("{}: {} ({}, until {})", one.message, by.reason, by.owner, by.expires),
            None => one.message.clone(),
        };
        let (resource, why) = (escape(&one.resource.to_string()), escape(&why));
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{resource}</td><td>{why}</td></tr>",
            one.state.as_str(),
            one.check.id
        );
    }
    page.push_str("</table>\n");
}

/// Boxes from left to right, in the order in which traffic goes, and an arrow for each pair.
fn topology(audit: &Audit) -> String {
    const WIDTH: usize = 150;
    const HEIGHT: usize = 44;
    /// From one column to the next.
    const STEP: usize = 260;
    let rank = |end: &Endpoint| match end {
        Endpoint::Internet | Endpoint::Outside(_) => 0,
        Endpoint::Node(id) if id == "lb" => 1,
        Endpoint::Node(id) if id == "was" => 2,
        Endpoint::Node(_) => 3,
        Endpoint::Service(_) => 4,
    };
    let mut columns: BTreeMap<usize, Vec<&Endpoint>> = BTreeMap::new();
    for end in audit.pairs.iter().flat_map(|pair| [&pair.from, &pair.to]) {
        let column = columns.entry(rank(end)).or_default();
        if !column.contains(&end) {
            column.push(end);
        }
    }
    let mut places: BTreeMap<&Endpoint, (usize, usize)> = BTreeMap::new();
    for (at, column) in columns.values().enumerate() {
        column.iter().enumerate().for_each(|(row, end)| _ = places.insert(end, (20 + at * STEP, 20 + row * 110)));
    }
    let width = columns.len() * STEP - (STEP - WIDTH) + 40;
    // So far down go the boxes, and the arrows that lead back.
    let mut height = places.values().map(|(_, y)| y + HEIGHT).max().unwrap_or_default();
    // Names come last, so that no line strikes them out.
    let (mut arrows, mut labels) = (String::new(), String::new());
    for pair in audit.pairs.iter().filter(|pair| pair.from != pair.to) {
        let (Some(from), Some(to)) = (places.get(&pair.from), places.get(&pair.to)) else { continue };
        let right = from.0 < to.0;
        let (x1, x2) = if right { (from.0 + WIDTH, to.0) } else { (from.0, to.0 + WIDTH) };
        // What goes back passes below what goes there, and deeper the further it goes.
        let depth = if right { 0 } else { from.0.abs_diff(to.0).div_ceil(STEP).max(1) * 34 };
        let start = if right { HEIGHT / 2 } else { HEIGHT - 6 };
        let (y1, y2) = (from.1 + start, to.1 + start);
        // A quadratic curve comes half as far as its control point.
        let (mx, my) = (usize::midpoint(x1, x2), usize::midpoint(y1, y2) + depth);
        height = height.max(my + 8);
        let _ = writeln!(
            arrows,
            "<path d=\"M{x1} {y1}Q{mx} {} {x2} {y2}\" fill=\"none\" stroke=\"#59636e\" marker-end=\"url(#a)\"/>",
            my + depth
        );
        let first = pair.reached.first().map(ToString::to_string).unwrap_or_default();
        let first = first.trim_start_matches("IPv4 ");
        let more = pair.reached.len().saturating_sub(1);
        let label = if more > 0 { format!("{first} +{more}") } else { first.to_owned() };
        let _ = writeln!(
            labels,
            "<text x=\"{mx}\" y=\"{}\" font-size=\"11\" text-anchor=\"middle\" stroke=\"#fff\" stroke-width=\"4\" \
             paint-order=\"stroke\">{}</text>",
            if right { my - 6 } else { my + 4 },
            escape(&label)
        );
    }
    let mut svg = format!(
        "<svg viewBox=\"0 0 {width} {}\" role=\"img\" aria-label=\"Who reaches whom\"><defs><marker id=\"a\" viewBox=\"0 0 8 8\" \
         refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\" fill=\"#59636e\"/></marker></defs>\n{arrows}{labels}",
        height + 20
    );
    for (end, (x, y)) in places {
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\" fill=\"#f6f8fa\" stroke=\"#59636e\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"14\">{}</text>",
            x + WIDTH / 2,
            y + HEIGHT / 2 + 5,
            escape(&name(end))
        );
    }
    svg.push_str("</svg>");
    svg
}
