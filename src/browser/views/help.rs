//! Help: how to read the tables, how to collect profiles, what happens to a flare.

use leptos::prelude::*;

use super::copy::CopyButton;
use super::dialogs::Dialog;
use crate::browser::state::AppState;

const COLUMNS: [(&str, &str); 7] = [
    (
        "flat",
        "What the function itself used: memory it allocated, time it ran, time it waited.",
    ),
    (
        "cum",
        "Cumulative: the function and everything it called, counted once for each stack.",
    ),
    (
        "flat %, cum %",
        "Share of the profile's total. The line above each table says what 100% is.",
    ),
    (
        "share",
        "In a difference: share of all that grew, the same as in the verdict. What shrank has a negative one. Exported tables keep go tool pprof's shares of the first snapshot.",
    ),
    ("sum %", "Running sum of flat %, in pprof's order."),
    (
        "~",
        "Within sampling noise: a heap profile is a sample, and chance alone can make a difference this small.",
    ),
    (
        "bar",
        "The owner's colour: the dark part is flat, the light part is cum. In a difference, what shrank points to the left.",
    ),
];

const COMMANDS: [(&str, &str); 6] = [
    ("Linux", "sudo datadog-agent flare --profile 30"),
    (
        "Linux, with lock contention",
        "sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking",
    ),
    (
        "Windows, as administrator",
        r#"& "$env:ProgramFiles\Datadog\Datadog Agent\bin\agent.exe" flare --profile 30"#,
    ),
    ("macOS", "datadog-agent flare --profile 30"),
    (
        "Docker",
        "docker exec -it dd-agent agent flare --profile 30",
    ),
    (
        "Kubernetes",
        "kubectl exec -it POD -c agent -- agent flare --profile 30",
    ),
];

const KEYS: [(&str, &str); 9] = [
    ("Ctrl+O, \u{2318}O", "Choose a flare"),
    ("Esc", "Stop reading; close a dialog or a menu"),
    ("F1", "Open this help"),
    (
        "\u{2190} \u{2192}",
        "Move between Summary, Details and Files, from any of them",
    ),
    (
        "\u{2191} \u{2193}, Home, End, letters",
        "Move within a menu",
    ),
    (
        "Tab, Enter",
        "Reach and press everything else. Enter on a column's heading sorts; the third time restores pprof's order",
    ),
    (
        "\u{2191} \u{2193} \u{2190} \u{2192}, Page Up, Page Down, Home, End",
        "Move within a table; Ctrl+Home and Ctrl+End go to its ends, and the headings are above the first row",
    ),
    ("Enter", "On a row, mark its function wherever it stands"),
    (
        "F2",
        "On a heading, change the column's width with \u{2190} \u{2192}; Enter ends it",
    ),
];

/// The help panel.
#[component]
pub fn HelpDialog() -> impl IntoView {
    let state = expect_context::<AppState>();
    let check = move |_| {
        state.help.set(false);
        state.check.set(true);
    };
    view! {
        <Dialog title="Help" id="help-title" open=state.help on_close=move |()| state.help.set(false)>
            <h3>"How to collect profiles"</h3>
            <p>
                "Collect while the problem is happening, for 30 seconds or more. Lock contention is measured only with the \
                 two contention options, because its rates are 0 by default. They work in the core Agent only."
            </p>
            <dl class="help-commands">
                {COMMANDS.map(|(name, command)| view! {
                    <dt>{name}</dt>
                    <dd class="command"><code>{command}</code><CopyButton name=format!("Command for {name}") text=command.to_owned()/></dd>
                }).collect_view()}
            </dl>
            <p>
                "Continuous profiling (" <code>"internal_profiling: enabled: true"</code>
                ") uploads profiles to Datadog and puts none into flares. It can even keep a flare from getting a CPU profile."
            </p>
            <h3>"How to read the tables"</h3>
            <Pairs pairs=&COLUMNS/>
            <h3>"What happens to a flare"</h3>
            <p>
                "This page reads it in your browser. Nothing of it leaves the computer, and nothing of it is kept. "
                <button data-action="how-to-check-from-help" type="button" class="link" on:click=check>"How to check"</button>
            </p>
            <p>
                "The page keeps only what you choose, in the browser's local storage: the theme, thresholds, an owners file. \
                 Settings lists it and can forget it."
            </p>
            <h3>"Keys"</h3>
            <Pairs pairs=&KEYS/>
        </Dialog>
    }
}

/// Names and what they mean.
#[component]
fn Pairs(
    /// In reading order.
    pairs: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    view! {
        <dl class="help-pairs">
            {pairs.iter().map(|(name, meaning)| view! { <dt>{*name}</dt><dd>{*meaning}</dd> }).collect_view()}
        </dl>
    }
}
