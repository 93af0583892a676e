//! Tables of functions, with a bar behind each name.

use std::fmt::Write as _;

use super::super::axis::Axis;
use super::super::document::{FunctionRow, FunctionTable};
use super::{escape, hue};

fn bars(axis: Axis, row: &FunctionRow) -> String {
    let bar = |class: &str, value: i64| {
        let (left, width) = axis.bar(value);
        format!("<span class=\"bar {class}\" style=\"left:{left:.3}%;width:{width:.3}%\"></span>")
    };
    let zero = axis.zero().map_or_else(String::new, |left| {
        format!("<span class=\"zero\" style=\"left:{left:.3}%\"></span>")
    });
    format!(
        "<span class=\"bars\" aria-hidden=\"true\">{}{}{zero}</span>",
        bar("bar-cum", row.cum),
        bar("bar-flat", row.flat)
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
    let axis = Axis::of(table);
    for row in &table.rows {
        write_row(out, row, axis);
    }
    let _ = writeln!(
        out,
        "</tbody>\n</table>\n<figcaption class=\"shown\">Total {}. {}</figcaption>\n</figure>",
        escape(&table.total),
        escape(&table.shown)
    );
}

fn write_row(out: &mut String, row: &FunctionRow, axis: Axis) {
    let number = |out: &mut String, class: &str, value: i64, text: &str| {
        let sign = match value.signum() {
            -1 => " is-less",
            0 => " is-zero",
            _ => "",
        };
        let _ = write!(
            out,
            "<td role=\"cell\" class=\"num {class}{sign}\">{}</td>",
            escape(text)
        );
    };
    let _ = write!(out, "<tr role=\"row\" class=\"{}\">", hue(row.owner_hue));
    number(out, "amount", row.flat, &marked(row));
    number(out, "share", row.flat, &row.flat_share);
    number(out, "share sum", 1, &row.sum_share);
    number(out, "amount", row.cum, &row.cum_text);
    number(out, "share", row.cum, &row.cum_share);
    let title: Vec<String> = [&row.function, &row.inline, &row.file]
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| escape(part))
        .collect();
    let inline = if row.inline.is_empty() {
        String::new()
    } else {
        format!(" <span class=\"inline\">{}</span>", escape(&row.inline))
    };
    let _ = writeln!(
        out,
        "<th role=\"rowheader\" scope=\"row\" title=\"{}\">{}<span class=\"name\"><bdi dir=\"ltr\"><span class=\"package\">{}</span><b>{}</b>{inline}</bdi></span></th>\
         <td role=\"cell\" class=\"owner\"><span class=\"swatch\" aria-hidden=\"true\"></span>{}</td></tr>",
        title.join("&#10;"),
        bars(axis, row),
        // Long names break where a reader would.
        escape(&row.package).replace('/', "/<wbr>"),
        escape(&row.short),
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
