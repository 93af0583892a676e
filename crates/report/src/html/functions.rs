//! Tables of functions, with a bar behind each name.

use std::fmt::Write as _;

use super::super::document::{Bar, FunctionRow, FunctionTable, Sign};
use super::{escape, swatch};

fn bars(row: &FunctionRow, zero: Option<f64>) -> String {
    let bar = |class: &str, bar: Bar| {
        let Bar { left, width } = bar;
        format!("<span class=\"bar {class}\" style=\"left:{left:.3}%;width:{width:.3}%\"></span>")
    };
    let zero = zero.map_or_else(String::new, |left| {
        format!("<span class=\"zero\" style=\"left:{left:.3}%\"></span>")
    });
    format!(
        "<span class=\"bars\" aria-hidden=\"true\">{}{}{zero}</span>",
        bar("bar-cum", row.cum_bar),
        bar("bar-flat", row.flat_bar)
    )
}

/// Roles are written out: on narrow screens rows are laid out as blocks, and browsers then forget
/// that this is a table.
pub(super) fn write(out: &mut String, table: &FunctionTable) {
    out.push_str("<figure>\n<table class=\"functions\" role=\"table\">\n");
    if !table.caption.is_empty() {
        let _ = writeln!(out, "<caption>{}</caption>", escape(&table.caption));
    }
    out.push_str("<thead role=\"rowgroup\"><tr role=\"row\">");
    for (class, name) in [
        ("num amount", "flat"),
        ("num share", "flat %"),
        ("num share sum", "sum %"),
        ("num amount", "cum"),
        ("num share", "cum %"),
        ("function", "function"),
        ("owner", "owner"),
    ] {
        let _ = write!(
            out,
            "<th role=\"columnheader\" scope=\"col\" class=\"{class}\">{name}</th>"
        );
    }
    out.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for row in &table.rows {
        write_row(out, row, table.zero);
    }
    let _ = writeln!(
        out,
        "</tbody>\n</table>\n<figcaption class=\"shown\">Total {}. {}</figcaption>\n</figure>",
        escape(&table.total),
        escape(&table.shown)
    );
}

fn write_row(out: &mut String, row: &FunctionRow, zero: Option<f64>) {
    let number = |out: &mut String, class: &str, sign: Sign, text: &str| {
        let sign = match sign {
            Sign::Less => " is-less",
            Sign::Zero => " is-zero",
            Sign::More => "",
        };
        let _ = write!(
            out,
            "<td role=\"cell\" class=\"num {class}{sign}\">{}</td>",
            escape(text)
        );
    };
    let _ = write!(out, "<tr role=\"row\" class=\"{}\">", row.swatch.hook());
    number(out, "amount", row.flat_sign, &marked(row));
    number(out, "share", row.flat_sign, &row.flat_share);
    number(out, "share sum", Sign::More, &row.sum_share);
    number(out, "amount", row.cum_sign, &row.cum_text);
    number(out, "share", row.cum_sign, &row.cum_share);
    let title: Vec<String> = row.hover.iter().map(|line| escape(line)).collect();
    let inline = if row.inline.is_empty() {
        String::new()
    } else {
        format!(" <span class=\"inline\">{}</span>", escape(&row.inline))
    };
    let _ = writeln!(
        out,
        "<th role=\"rowheader\" scope=\"row\" title=\"{}\">{}<span class=\"name\"><bdi dir=\"ltr\"><span class=\"package\">{}</span><b>{}</b>{inline}</bdi></span></th>\
         <td role=\"cell\" class=\"owner\">{}{}</td></tr>",
        title.join("&#10;"),
        bars(row, zero),
        // Long names break where a reader would.
        escape(&row.package).replace('/', "/<wbr>"),
        escape(&row.short),
        swatch(&row.swatch),
        escape(&row.owner)
    );
}

/// The flat value, marked where it is within sampling noise.
fn marked(row: &FunctionRow) -> String {
    if row.within_noise {
        format!("{} ~", row.flat_text)
    } else {
        row.flat_text.clone()
    }
}
