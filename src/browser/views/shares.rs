//! Parts of a total.

use leptos::prelude::*;

use super::bars::{bar, swatch};
use engine::protocol::Share;

/// One bar of all, and a line for each.
#[component]
pub fn SharesView(
    /// What is shared out.
    caption: String,
    /// What the parts are.
    what: String,
    /// The whole.
    total_text: String,
    /// In the order of the bar.
    shares: Vec<Share>,
) -> impl IntoView {
    let parts = shares
        .iter()
        .map(|share| bar("share-part", Some(&share.swatch), share.bar))
        .collect_view();
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
    view! {
        <div class="shares">
            <svg class="share-bar" aria-hidden="true">{parts}</svg>
            <table class="share-table">
                <caption class="table-caption">{caption}</caption>
                <thead class="visually-hidden">
                    <tr><th scope="col">{what}</th><th scope="col">"Value"</th><th scope="col">"Share"</th></tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row" class="share-name">"Total"</th>
                        <td class="cell is-number">{total_text}</td>
                        <td class="cell is-number"></td>
                    </tr>
                </tfoot>
            </table>
        </div>
    }
}
