//! The document as one HTML file that stands alone: no script, no second file, no connection.
//!
//! Names of functions, checks and hosts come from a flare, so they may hold anything: every piece
//! of data passes [`escape`] or [`escape_lines`], and nothing else writes data. The policy in the
//! head forbids everything but the one style sheet, should a piece of data get through after all.

mod functions;

use std::fmt::Write as _;

use super::document::{
    Bar, Block, Document, Fact, GridCell, Group, Picture, PlainTable, Section, SectionKind,
    SectionState, Share, StackView, StateGrid, Step, Swatch,
};
use super::kinds;
use super::mark::Mark;
use super::markdown::{clean, clean_lines};

/// Kept as a file of its own, so that editors know what it is.
const STYLE: &str = include_str!("html.css");

/// Tables with more rows can be folded; they are open until someone does.
const LONG_TABLE: usize = 30;

/// Renders the whole document. Ends with a line feed.
pub fn html(document: &Document) -> String {
    let title = escape(&document.title);
    let mut out = String::with_capacity(64 * 1024);
    let _ = write!(
        out,
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n\
         <style>\n{STYLE}</style>\n\
         </head>\n\
         <body>\n\
         <a class=\"skip\" href=\"#report\">Skip to the report</a>\n\
         <header class=\"top\"><h1>{title}</h1></header>\n\
         <div class=\"layout\">\n"
    );
    contents(&mut out, &document.sections);
    out.push_str("<main class=\"report\" id=\"report\">\n");
    for section in &document.sections {
        write_section(&mut out, section);
    }
    let _ = write!(
        out,
        "</main>\n</div>\n\
         <footer class=\"bottom\">Made by flarescope {}. Nothing was sent anywhere: the flare was read \
         on this computer, and this file loads nothing and runs nothing.</footer>\n\
         </body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    out
}

/// Data as HTML text or as an attribute's value between quotes: one line, nothing that acts.
pub fn escape(text: &str) -> String {
    escape_cleaned(&clean(text))
}

/// As [`escape`], keeping lines and tabs.
pub fn escape_lines(text: &str) -> String {
    escape_cleaned(&clean_lines(text))
}

fn escape_cleaned(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

impl Mark {
    /// Nothing to judge has no mark and no word here.
    fn of_section(state: SectionState) -> Option<Self> {
        Some(Self::from(state)).filter(|mark| *mark != Self::Info)
    }

    fn svg(self) -> String {
        format!(
            "<svg class=\"mark mark-{0} is-{0}\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"{1}\"/></svg>",
            self.as_str(),
            self.path()
        )
    }

    /// Mark and word.
    fn words(self) -> String {
        format!(
            "<span class=\"state is-{}\">{}{}</span>",
            self.as_str(),
            self.svg(),
            self.word()
        )
    }
}

fn contents(out: &mut String, sections: &[Section]) {
    out.push_str("<nav class=\"contents\" aria-label=\"Contents\">\n<ul>\n");
    for section in sections {
        let mut title = section.title.as_str();
        if let Some(name) = section.process.as_deref() {
            if section.group == Group::Begins {
                let _ = writeln!(out, "<li class=\"contents-group\">{}</li>", escape(name));
            }
            // The group's heading has said the process already.
            title = title
                .strip_suffix(name)
                .and_then(|title| title.strip_suffix(", "))
                .unwrap_or(title);
        }
        let class = match section.group {
            Group::Leaves => " class=\"is-after\"",
            Group::Begins | Group::Continues => "",
        };
        let (mark, word) = match Mark::of_section(section.state) {
            Some(mark) => (
                mark.svg(),
                format!(
                    " <span class=\"word is-{}\">{}</span>",
                    mark.as_str(),
                    mark.word()
                ),
            ),
            None => ("<span class=\"blank\"></span>".to_owned(), String::new()),
        };
        let _ = writeln!(
            out,
            "<li{class}><a href=\"#{}\">{mark}<span class=\"title\">{}</span>{word}</a></li>",
            section.anchor,
            escape(title)
        );
    }
    out.push_str("</ul>\n</nav>\n");
}

fn write_section(out: &mut String, section: &Section) {
    let mark = Mark::of_section(section.state);
    let _ = writeln!(
        out,
        "<section class=\"section\" id=\"{}\">\n<div class=\"section-head\"><h2>{}</h2> {}</div>",
        section.anchor,
        escape(&section.title),
        mark.map(Mark::words).unwrap_or_default()
    );
    let mut blocks = section.blocks.as_slice();
    if section.kind == SectionKind::Verdict
        && let [Block::Heading { text }, rest @ ..] = blocks
    {
        blocks = verdict(out, text, mark, rest);
    }
    for block in blocks {
        write_block(out, block);
    }
    out.push_str("</section>\n");
}

/// The decision and its sentence, the largest thing of the report. Returns the blocks after them.
fn verdict<'b>(
    out: &mut String,
    heading: &str,
    mark: Option<Mark>,
    blocks: &'b [Block],
) -> &'b [Block] {
    let _ = writeln!(
        out,
        "<div class=\"verdict is-{}\">\n<h3>{}{}</h3>",
        mark.unwrap_or(Mark::Info).as_str(),
        mark.map(Mark::svg).unwrap_or_default(),
        escape(heading)
    );
    let mut rest = blocks;
    if let [Block::Paragraph { text }, after @ ..] = blocks {
        let _ = writeln!(out, "<p>{}</p>", escape(text));
        rest = after;
    }
    out.push_str("</div>\n");
    rest
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Paragraph { text } => {
            let _ = writeln!(out, "<p class=\"paragraph\">{}</p>", escape_lines(text));
        }
        Block::Heading { text } => {
            let _ = writeln!(out, "<h3>{}</h3>", escape(text));
        }
        Block::Note { text, .. } => {
            let _ = writeln!(out, "<p class=\"note\"><b>Note</b> {}</p>", escape(text));
        }
        Block::Missing { text, command } => {
            let _ = writeln!(
                out,
                "<div class=\"missing\">\n<p>{}<b>Not available</b> {}</p>",
                Mark::NotMeasured.svg(),
                escape(text)
            );
            write_command(out, command.as_deref());
            out.push_str("</div>\n");
        }
        Block::Facts { facts } => write_facts(out, facts),
        Block::List { items } => {
            out.push_str("<ul class=\"list\">\n");
            for item in items {
                let _ = writeln!(out, "<li>{}</li>", escape(item));
            }
            out.push_str("</ul>\n");
        }
        Block::Steps { steps } => write_steps(out, steps),
        Block::Table(table) => write_plain(out, table),
        Block::Functions(table) => functions::write(out, table),
        // A flare without profiles has no process to show.
        Block::Grid(grid) if grid.rows.is_empty() => {}
        Block::Grid(grid) => write_grid(out, grid),
        Block::Shares {
            caption,
            what,
            total_text,
            shares,
            // All of it stands here.
            fold: _,
        } => write_shares(out, caption, what, total_text, shares),
        Block::Picture(picture) => write_picture(out, picture),
        Block::Stacks { caption, stacks } => write_stacks(out, caption, stacks),
        Block::Text { name, text } => {
            // A parser drops one line feed after the tag; this is the one.
            let _ = writeln!(
                out,
                "<figure class=\"text\">\n<figcaption>{}</figcaption>\n<pre>\n{}</pre>\n</figure>",
                escape(name),
                escape_lines(text)
            );
        }
        Block::Code { caption, text } => {
            let _ = writeln!(
                out,
                "<figure class=\"text\">\n<figcaption>{}</figcaption>\n<pre><code>{}</code></pre>\n</figure>",
                escape(caption),
                escape_lines(text)
            );
        }
    }
}

fn write_command(out: &mut String, command: Option<&str>) {
    if let Some(command) = command {
        let _ = writeln!(
            out,
            "<pre class=\"command\"><code>{}</code></pre>",
            escape_lines(command)
        );
    }
}

fn write_facts(out: &mut String, facts: &[Fact]) {
    out.push_str("<dl class=\"facts\">\n");
    for fact in facts {
        let hint = match &fact.hint {
            Some(hint) if !hint.is_empty() => {
                format!(" <span class=\"hint\">{}</span>", escape(hint))
            }
            _ => String::new(),
        };
        let _ = writeln!(
            out,
            "<div class=\"fact\"><dt>{}</dt><dd>{}{hint}</dd></div>",
            escape(&fact.name),
            escape(&fact.value)
        );
    }
    out.push_str("</dl>\n");
}

fn write_steps(out: &mut String, steps: &[Step]) {
    out.push_str("<ol class=\"steps\">\n");
    for step in steps {
        out.push_str("<li>\n");
        if !step.about.is_empty() {
            let _ = writeln!(out, "<p class=\"about\">{}</p>", escape(&step.about));
        }
        let _ = writeln!(out, "<p>{}</p>", escape(&step.text));
        write_command(out, step.command.as_deref());
        out.push_str("</li>\n");
    }
    out.push_str("</ol>\n");
}

fn write_plain(out: &mut String, table: &PlainTable) {
    let class = |numeric: bool| if numeric { " class=\"num\"" } else { "" };
    let caption = escape(&table.caption);
    let long = table.rows.len() > LONG_TABLE;
    if long {
        let _ = writeln!(out, "<details open>\n<summary>{caption}</summary>");
    }
    // What can scroll must be reachable by keyboard.
    let _ = writeln!(
        out,
        "<div class=\"scroller\" role=\"group\" tabindex=\"0\" aria-label=\"{caption}\">\n<table class=\"plain\">"
    );
    if !long && !caption.is_empty() {
        let _ = writeln!(out, "<caption>{caption}</caption>");
    }
    out.push_str("<thead><tr>");
    for column in &table.columns {
        let class = class(column.numeric);
        // What has no name is no heading.
        let _ = match column.name.as_str() {
            "" => write!(out, "<td{class}></td>"),
            name => write!(out, "<th scope=\"col\"{class}>{}</th>", escape(name)),
        };
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (cell, column) in row.iter().zip(&table.columns) {
            let _ = write!(out, "<td{}>{}</td>", class(column.numeric), escape(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    if long {
        out.push_str("</details>\n");
    }
}

/// The mark beside a name, which says the same. Letters are drawn by the style sheet, so that they are
/// not copied with the name.
fn swatch(swatch: &Swatch) -> String {
    let letters = match swatch.letters() {
        "" => String::new(),
        letters => format!(" data-letters=\"{}\"", escape(letters)),
    };
    let hook = swatch.hook();
    format!("<span class=\"swatch {hook}\"{letters} aria-hidden=\"true\"></span>")
}

/// A part of a picture.
fn bar(class: &str, swatch: &Swatch, place: Bar) -> String {
    let Bar { left, width } = place;
    let hook = swatch.hook();
    format!(
        "<rect class=\"{class} {hook}\" x=\"{left:.3}%\" width=\"{width:.3}%\" height=\"100%\"/>"
    )
}

/// Roles as in [`functions::write`].
fn write_grid(out: &mut String, grid: &StateGrid) {
    out.push_str(
        "<div class=\"scroller\" role=\"group\" tabindex=\"0\" aria-label=\"States by process\">\n\
         <table class=\"states\" role=\"table\" aria-label=\"States by process\">\n\
         <thead role=\"rowgroup\"><tr role=\"row\"><th role=\"columnheader\" scope=\"col\">Process</th>",
    );
    for kind in &grid.kinds {
        let _ = write!(
            out,
            "<th role=\"columnheader\" scope=\"col\">{}</th>",
            kinds::title(*kind)
        );
    }
    out.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for row in &grid.rows {
        let _ = write!(
            out,
            "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">{}</th>",
            escape(&row.process)
        );
        for cell in &row.cells {
            write_cell(out, cell);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn write_cell(out: &mut String, cell: &GridCell) {
    let _ = write!(
        out,
        "<td role=\"cell\" data-kind=\"{}\">{}",
        kinds::title(cell.kind),
        Mark::from(cell.measured).words()
    );
    if !cell.text.is_empty() {
        let _ = write!(out, " <span class=\"value\">{}</span>", escape(&cell.text));
    }
    if let Some(confidence) = cell.confidence {
        out.push_str(&hint(&format!("confidence {}", confidence.as_str())));
    }
    if !cell.why.is_empty() {
        let _ = write!(out, "<p class=\"why\">{}</p>", escape(&cell.why));
    }
    if !cell.would_change.is_empty() {
        let _ = write!(out, "<p class=\"why\">{}</p>", escape(&cell.would_change));
    }
    if let Some(command) = &cell.command {
        let _ = write!(out, "<p class=\"why\"><code>{}</code></p>", escape(command));
    }
    out.push_str("</td>");
}

fn write_shares(out: &mut String, caption: &str, what: &str, total: &str, shares: &[Share]) {
    out.push_str("<div class=\"shares\">\n<svg class=\"share-bar\" aria-hidden=\"true\">");
    for share in shares {
        out.push_str(&bar("share-part", &share.swatch, share.bar));
    }
    let _ = write!(
        out,
        "</svg>\n<table>\n<caption>{}</caption>\n\
         <thead><tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"num\">Value</th>\
         <th scope=\"col\" class=\"num\">Share</th></tr></thead>\n\
         <tfoot><tr><th scope=\"row\">Total</th><td class=\"num\">{}</td><td></td></tr></tfoot>\n<tbody>\n",
        escape(caption),
        escape(what),
        escape(total)
    );
    for share in shares {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}{}{}</th>\
             <td class=\"num\">{}</td><td class=\"num\">{}</td></tr>",
            swatch(&share.swatch),
            escape(&share.name),
            hint(&share.hint),
            escape(&share.value_text),
            escape(&share.percent_text)
        );
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn write_picture(out: &mut String, picture: &Picture) {
    let _ = writeln!(
        out,
        "<figure class=\"picture\">\n<figcaption class=\"caption\">{}</figcaption>\n<ul>",
        escape(&picture.caption)
    );
    let zero = picture.zero.map_or_else(String::new, |left| {
        format!("<rect class=\"picture-zero\" x=\"{left:.3}%\" width=\"1\" height=\"100%\"/>")
    });
    for row in &picture.rows {
        let _ = writeln!(
            out,
            "<li><span class=\"picture-name\">{}{}</span> \
             <svg class=\"picture-bar\" aria-hidden=\"true\">{}{zero}</svg> \
             <span class=\"num\">{}</span> <span class=\"num\">{}</span></li>",
            swatch(&row.swatch),
            escape(&row.name),
            bar("picture-part", &row.swatch, row.bar),
            escape(&row.value_text),
            escape(&row.share_text)
        );
    }
    out.push_str("</ul>\n</figure>\n");
}

/// What something is, quietly after its name.
fn hint(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!(" <span class=\"hint\">{}</span>", escape(text))
}

fn write_stacks(out: &mut String, caption: &str, stacks: &[StackView]) {
    let _ = write!(
        out,
        "<div class=\"stacks\">\n<p class=\"caption\">{}</p>\n",
        escape(caption)
    );
    for (index, stack) in stacks.iter().enumerate() {
        let _ = write!(
            out,
            "<details{}>\n<summary>{}<code>{}</code> {}</summary>\n",
            if index == 0 { " open" } else { "" },
            swatch(&stack.swatch),
            escape(&stack.title),
            hint(&stack.owner)
        );
        if !stack.facts.is_empty() {
            write_facts(out, &stack.facts);
        }
        out.push_str("<ol class=\"frames\">\n");
        for frame in &stack.frames {
            let (mark, words) = if frame.responsible {
                (" class=\"responsible\"", hint("responsible"))
            } else {
                ("", String::new())
            };
            let _ = writeln!(
                out,
                "<li{mark}><code><span class=\"package\">{}</span>{}</code>{words}</li>",
                escape(&frame.package),
                escape(&frame.short)
            );
        }
        out.push_str("</ol>\n");
        let more = stack.frames_total.saturating_sub(stack.frames.len());
        if more > 0 {
            let _ = writeln!(out, "<p class=\"hint\">and {more} more frames</p>");
        }
        out.push_str("</details>\n");
    }
    out.push_str("</div>\n");
}

#[cfg(test)]
mod tests;
