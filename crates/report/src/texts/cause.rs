//! What advice and correlation are about: a finding, or who is behind a thing to look at.

use super::area::Area;
use crate::document::{FindingKind, ProfileName};
use diagnose::notable::Holder;
use diagnose::share::Share;
use diagnose::verdict::Finding;
use flare::Process;

/// Where it is, and whose.
#[derive(Clone, Copy)]
pub(super) struct Cause<'c> {
    pub(super) kind: FindingKind,
    pub(super) process: &'c Process,
    /// The profile that shows it.
    pub(super) profile: ProfileName,
    /// The responsible frame.
    pub(super) frame: &'c str,
    /// What it is responsible for.
    pub(super) share: Share,
    /// The Go check that this frame belongs to.
    pub(super) check: Option<&'c str>,
    pub(super) owner: &'c str,
    pub(super) component: &'c str,
    pub(super) meaning: &'c str,
    /// The frame says enough to act on.
    pub(super) actionable: bool,
}

impl<'c> Cause<'c> {
    pub(super) fn of(finding: &'c Finding) -> Self {
        Self {
            kind: finding.kind,
            process: &finding.process,
            profile: finding.profile,
            frame: finding.responsible(),
            check: finding.lead.check.as_deref(),
            share: finding.lead.share,
            owner: finding.owner(),
            component: &finding.component,
            meaning: &finding.meaning,
            actionable: finding.routing.actionable,
        }
    }

    /// Who is behind a thing that a profile of that kind shows.
    pub(super) fn behind(
        holder: &'c Holder,
        process: &'c Process,
        kind: FindingKind,
        profile: ProfileName,
    ) -> Self {
        Self {
            kind,
            process,
            profile,
            frame: &holder.frame,
            share: holder.frame_share,
            check: None,
            owner: &holder.owner,
            component: &holder.component,
            meaning: "",
            actionable: true,
        }
    }

    pub(super) fn area(&self) -> Area {
        Area::of(self.frame)
    }
}
