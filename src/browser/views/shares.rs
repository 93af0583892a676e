//! Parts of a total.

use leptos::prelude::*;

use super::bars::{bar, swatch};
use super::icons::ChevronIcon;
use engine::protocol::{Fold, Share};

/// One bar of all, and a line for each; all but the largest are folded away.
#[component]
pub fn SharesView(
    /// What is shared out.
    caption: String,
    /// What the parts are.
    what: String,
    /// The whole.
    total_text: String,
    /// Largest first.
    shares: Vec<Share>,
    /// Which of them are folded away.
    fold: Option<Fold>,
) -> impl IntoView {
    let parts = shares
        .iter()
        .map(|share| bar("share-part", Some(&share.swatch), share.bar))
        .collect_view();
    let mut shares = shares;
    let more = fold.map(|fold| {
        let rest = shares.split_off(fold.open.min(shares.len()));
        let label = format!("{caption}, the others");
        view! {
            <details class="share-more">
                <summary class="share-more-head"><ChevronIcon/>{fold.text}</summary>
                <table class="share-table" aria-label=label>
                    <Heads what=what.clone()/>
                    <tbody>{rows(rest)}</tbody>
                </table>
            </details>
        }
    });
    view! {
        <div class="shares">
            <svg class="share-bar" aria-hidden="true">{parts}</svg>
            <table class="share-table">
                <caption class="table-caption">{caption}</caption>
                <Heads what/>
                <tbody>{rows(shares)}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row" class="share-name">"Total"</th>
                        <td class="cell is-number">{total_text}</td>
                        <td class="cell is-number"></td>
                    </tr>
                </tfoot>
            </table>
            {more}
        </div>
    }
}

/// What the columns are, for those who do not see it.
#[component]
fn Heads(
    /// What the parts are.
    what: String,
) -> impl IntoView {
    view! {
        <thead class="visually-hidden">
            <tr><th scope="col">{what}</th><th scope="col">"Value"</th><th scope="col">"Share"</th></tr>
        </thead>
    }
}

/// A line for each part.
fn rows(shares: Vec<Share>) -> impl IntoView {
    let rows = shares.into_iter().map(|share| {
        let name = share.name.clone();
        let hint = (!share.hint.is_empty())
            .then(|| view! { <span class="share-hint">{share.hint}</span> });
        view! {
            <tr data-share=name data-value=share.value.to_string()>
                <th scope="row" class="share-name">
                    {swatch(&share.swatch)}
                    {share.name}
                    {hint}
                </th>
                <td class="cell is-number">{share.value_text}</td>
                <td class="cell is-number">{share.percent_text}</td>
            </tr>
        }
    });
    rows.collect_view()
}
