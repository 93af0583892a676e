//! The list of what redaction replaces.

use engine::protocol::Replacement;

/// One list for each form of name, by its title; both in order of first appearance.
pub fn by_form(replacements: &[Replacement]) -> Vec<(&'static str, Vec<&Replacement>)> {
    let mut forms: Vec<(&'static str, Vec<&Replacement>)> = Vec::new();
    for replacement in replacements {
        let title = replacement.form.title();
        match forms.iter_mut().find(|(form, _)| *form == title) {
            Some((_, list)) => list.push(replacement),
            None => forms.push((title, vec![replacement])),
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::by_form;
    use engine::protocol::{Form, Replacement};

    #[test]
    fn forms_stand_in_the_order_of_their_first_name() {
        let replacement = |form, original: &str| Replacement {
            form,
            original: original.to_owned(),
            pseudonym: String::new(),
            count: 1,
        };
        let list = [
            replacement(Form::Path, "/srv"),
            replacement(Form::Host, "web-7"),
            replacement(Form::Path, "/opt"),
        ];
        let found: Vec<_> = by_form(&list)
            .into_iter()
            .map(|(form, list)| (form, list.iter().map(|it| it.original.as_str()).collect()))
            .collect();
        let expected: [(_, Vec<_>); 2] = [
            (Form::Path.title(), vec!["/srv", "/opt"]),
            (Form::Host.title(), vec!["web-7"]),
        ];
        assert_eq!(found, expected);
    }
}
