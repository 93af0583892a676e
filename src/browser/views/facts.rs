//! Names and values.

use leptos::prelude::*;

use engine::protocol::Fact;

/// One below the other.
#[component]
pub fn FactsView(
    /// In reading order.
    facts: Vec<Fact>,
) -> impl IntoView {
    let facts = facts.into_iter().map(|Fact { name, value, hint }| {
        view! {
            <div class="fact">
                <dt class="fact-name">{name}</dt>
                <dd class="fact-value">
                    {value}
                    {hint.map(|hint| view! { <span class="fact-hint">{hint}</span> })}
                </dd>
            </div>
        }
    });
    view! { <dl class="facts">{facts.collect_view()}</dl> }
}
